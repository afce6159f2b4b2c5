import { expect } from 'chai';
import { describe, it } from 'mocha';
import { idleTimes, udpTracked } from '../../../lib/facts/held-connections.ts';
import type { Exchanged } from '../../../lib/mesh/dialled.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { holdFlows } from '../../../lib/mesh/held/hold.ts';
import { speakOver } from '../../../lib/mesh/held/speak.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { defaultTimes } from '../../../lib/mesh/times.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { makeWorld } from '../mesh/world.ts';

async function heldFor(idleMs: number): Promise<{ spoken: Exchanged; opened: Exchanged }> {
  const world = makeWorld({
    nodes: 2,
    network: ({ over, first }) =>
      over === undefined ? null : { held: { idleMs, endedAfterMs: null, ...(first && { heard: true }) } },
  });
  const traffic = createTraffic({ pace: unlimitedPace });
  const { opened } = await holdFlows({
    ...world,
    exchange: async (plan) => exchange({ ...plan, families: ['IPv4'] }, { traffic }),
  });
  traffic.beganAt -= idleMs;
  return { opened, spoken: await speakOver(opened, traffic, defaultTimes) };
}

describe('what is said of flows that were idle', () => {
  it('is for how long, and over how many the responder spoke first', async () => {
    const { spoken, opened } = await heldFor(12_345);
    const { seen, remarks } = idleTimes(spoken, opened);
    const all = opened.dialled.length;
    expect(seen).to.equal(`${all} flows were idle for 12 s, and over ${all / 2} of them the responder spoke first`);
    expect(remarks).to.deep.equal([]);
  });

  it('is how many were left alone, since who speaks first there may be lost by right', async () => {
    const { spoken, opened } = await heldFor(60_000);
    const left = opened.dialled.length - spoken.dialled.length;
    expect(left).to.be.above(0);
    expect(idleTimes(spoken, opened).remarks).to.deep.equal([
      `left out: ${left} flows over which the responder was to speak first: a translation of UDP, or a firewall in front of a node, may forget a flow after 30 s`,
    ]);
  });

  it('is which nodes forget a flow of UDP sooner than kernels usually do', () => {
    const usual = { node: 'node-1', udpTimeoutSeconds: 30 };
    expect(udpTracked([usual])).to.deep.include({ seen: 'flows of UDP are tracked for 30 s', remarks: [] });
    const { seen, remarks } = udpTracked([usual, { node: 'node-2', udpTimeoutSeconds: 2 }, { node: 'node-3' }]);
    expect(seen).to.equal('flows of UDP are tracked for 2 or 30 s');
    expect(remarks).to.have.length(1);
    expect(remarks?.[0]).to.match(/^node-2 forgets a flow of UDP after 2 s /);
    expect(udpTracked([])).to.deep.include({ seen: 'not known', remarks: [], violations: [] });
  });
});
