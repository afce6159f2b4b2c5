import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../lib/conversations/dial.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { acrossNodes } from '../../../lib/mesh/pairs.ts';
import { moreMs, stretched } from '../../../lib/mesh/stretched.ts';
import { defaultTimes, refusalTimes, watchTimes } from '../../../lib/mesh/times.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { makeWorld, type WorldOptions } from './world.ts';

const silent: Partial<DialRecord> = {
  outcome: 'timeout',
  answered: 0,
  views: [],
  firstAnswerMs: null,
  connectMs: null,
};

/** Times of the dials of two exchanges of one run, by protocol: the first one learns how long a round trip takes. */
async function timesOf(roundTripMs: number, more: WorldOptions['network'] = () => null) {
  const world = makeWorld({
    nodes: 2,
    network: (dial, ends) => {
      const far = { connectMs: dial.protocol === 'TCP' ? roundTripMs : null, firstAnswerMs: roundTripMs };
      return { ...far, ...more(dial, ends) };
    },
  });
  const { pods } = world;
  const traffic = createTraffic({ pace: unlimitedPace });
  const plan = { from: pods, to: pods, pairs: acrossNodes, families: ['IPv4' as const] };
  await exchange(plan, { traffic });
  const first = world.asked.splice(0);
  await exchange({ ...plan, ahead: true, times: watchTimes }, { traffic });
  const watched = world.asked.splice(0);
  await exchange({ ...plan, under: { names: ['closed'], patienceMs: () => 800 } }, { traffic });
  const told = (asked: typeof first) => {
    const dials = asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
    const of = (protocol: string) => [
      ...new Set(dials.filter((dial) => dial.protocol === protocol).map(({ timeoutMs }) => timeoutMs)),
    ];
    return { TCP: of('TCP'), UDP: of('UDP') };
  };
  return { first: told(first), watched: told(watched), closed: told(world.asked) };
}

describe('times', () => {
  it('are as they stand on a fast network', async () => {
    for (const ms of [0, 1, 20]) expect(stretched(defaultTimes, ms)).to.deep.equal(defaultTimes);
    const { watched, closed } = await timesOf(3);
    expect(watched).to.deep.equal({ TCP: [400], UDP: [400] });
    expect(closed).to.deep.equal({ TCP: [800], UDP: [800] });
  });

  it('leave room on a long and unsteady one for connecting, a question and its answer', () => {
    for (const ms of [100, 200, 300, 600, 1_000]) {
      const watching = stretched({ ...defaultTimes, ...watchTimes }, ms);
      expect(watching.dialTimeoutMs).to.be.at.least(3 * ms);
      expect(watching.datagramTimeoutMs).to.be.at.least(1.5 * ms);
      const calm = stretched(defaultTimes, ms).calm;
      expect(calm.connectionTimeoutMs).to.be.at.least(2_000 + 3 * ms);
      expect(calm.datagramTimeoutMs).to.be.at.least(2_000 + ms);
      expect(stretched({ ...defaultTimes, ...refusalTimes }, ms).dialTimeoutMs).to.be.at.least(1_500 + 2 * ms);
    }
  });

  it('grow with no end of round trips that no network has', () => {
    expect(moreMs('TCP', 60_000)).to.equal(moreMs('TCP', 1_000));
  });

  it('follow what the run has measured, in every later exchange, and where nobody may answer', async () => {
    const { first, watched, closed } = await timesOf(200);
    expect(first).to.deep.equal({ TCP: [2_000], UDP: [2_000] });
    expect(watched).to.deep.equal({ TCP: [400 + moreMs('TCP', 200)], UDP: [400 + moreMs('UDP', 200)] });
    expect(closed).to.deep.equal({ TCP: [800 + moreMs('TCP', 200)], UDP: [800 + moreMs('UDP', 200)] });
  });

  it('are longer for what is asked again in the first exchange already', async () => {
    const { first } = await timesOf(200, ({ protocol }, { to }) =>
      to.name === 'pod-b' && protocol === 'TCP' ? silent : null,
    );
    expect(first.TCP).to.deep.equal([2_000, 2_000 + moreMs('TCP', 200)]);
  });
});
