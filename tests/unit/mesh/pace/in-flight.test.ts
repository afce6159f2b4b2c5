/** How long a dial counts as in flight. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { acrossNodes } from '../../../../lib/mesh/pairs.ts';
import { Governor } from '../../../../lib/mesh/pace/governor.ts';
import { InFlight } from '../../../../lib/mesh/pace/in-flight.ts';
import { defaultPace } from '../../../../lib/mesh/pace/pace.ts';
import { planDials, type ExchangePlan } from '../../../../lib/mesh/plan.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { makeWorld } from '../world.ts';

describe('dials in flight', () => {
  it('count for as long as an answer may take', () => {
    const inFlight = filled({});
    inFlight.now(999);
    expect(inFlight.hasRoom()).to.equal(false);
    inFlight.now(1_000);
    expect(inFlight.hasRoom()).to.equal(true);
  });

  it('count for a moment only where a policy forbids them', () => {
    const inFlight = filled({ under: { names: ['closed'], patienceMs: () => 800 } });
    inFlight.now(249);
    expect(inFlight.hasRoom()).to.equal(false);
    inFlight.now(250);
    expect(inFlight.hasRoom()).to.equal(true);
  });

  it('count as any others where a policy allows them, or probes are too busy to be judged at once', () => {
    for (const patienceMs of [null, 2_000]) {
      const inFlight = filled({ under: { names: ['closed'], patienceMs: () => patienceMs } });
      inFlight.now(999);
      expect(inFlight.hasRoom()).to.equal(false);
    }
  });

  it('count for longer where paths are long', () => {
    // What policies forbid is waited for longer there, too.
    const inFlight = filled({ under: { names: ['closed'], patienceMs: () => 1_100 } });
    inFlight.now(449, 200);
    expect(inFlight.hasRoom()).to.equal(false);
    inFlight.now(450, 200);
    expect(inFlight.hasRoom()).to.equal(true);
  });
});

/** One dial that was made at 0 ms, and as much room. */
function filled(policies: Pick<ExchangePlan, 'under'>) {
  const { pods } = makeWorld({ nodes: 2 });
  const plan = { from: pods, to: pods, pairs: acrossNodes, families: ['IPv4' as const], ...policies };
  const [dial] = [...planDials(plan, createTraffic()).values()].flat();
  if (dial === undefined) throw new Error('nothing was planned');
  const pace = { ...defaultPace, inFlight: { ...defaultPace.inFlight, perTarget: 1 } };
  const inFlight = new InFlight(pace, new Governor(pace));
  inFlight.add(dial, 0);
  return {
    now: (ms: number, longerMs = 0) => inFlight.forget(ms, { longerMs }),
    hasRoom: () => inFlight.admits(dial),
  };
}
