/** What failed at first alone, at one node: no load that all share. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Dial, DialRecord } from '../../../lib/conversations/dial.ts';
import type { Probe } from '../../../lib/cluster/model.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { everyPair } from '../../../lib/mesh/pairs.ts';
import { defaultTimes } from '../../../lib/mesh/times.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { trafficNotes, trafficReport } from '../../../lib/verdict/traffic-report.ts';
import type { TrafficReport } from '../../../lib/verdict/run.ts';
import { makeWorld } from './world.ts';

const isAgain = ({ nonce }: Dial): boolean => nonce.endsWith('-again');
const silent: Partial<DialRecord> = { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null };

const atOnce = { connectionIntervalMs: 0, datagramIntervalMs: 0 };
const calm = { ...defaultTimes.calm, ...atOnce, few: { ...defaultTimes.calm.few, ...atOnce } };

type Ends = { from: Probe; to: Probe };

async function noted(
  isLate: (ends: Ends, nth: number) => boolean,
  nodes = 3,
): Promise<{ notes: string; found: TrafficReport['onlyUnderLoad'] }> {
  let nth = 0;
  const { all } = makeWorld({
    nodes,
    network: (dial, ends) => (!isAgain(dial) && isLate(ends, nth++) ? silent : null),
  });
  const traffic = createTraffic({ pace: unlimitedPace });
  await exchange({ from: all, to: all, pairs: everyPair, families: ['IPv4'], times: { calm } }, { traffic });
  const report = trafficReport(traffic);
  return { notes: trafficNotes(report).join('\n'), found: report.onlyUnderLoad };
}

const at =
  (...nodes: string[]) =>
  ({ from, to }: Ends): boolean =>
    nodes.every((node) => [from.node, to.node].includes(node));

describe('what was not answered at first, and calmly was', () => {
  it('is told with the node that it has in common, where others were answered at the same time', async () => {
    const { notes, found } = await noted(at('node-2'));
    expect(found.inCommon?.nodes).to.deep.equal(['node-2']);
    expect(found.inCommon?.there).to.deep.equal({ hits: 84, trials: 84 });
    expect(found.inCommon?.elsewhere).to.deep.equal({ hits: 0, trials: 60 });
    expect(notes).to.match(
      /^84 of 144 dials were not answered in full at first, but only when asked again calmly: all of them from or to node-2, most between second 0 and second 1 of the run, when 84 of 84 dials of node-2 failed at first, and 0 of 60 others: no load that all nodes share; .* \(from /,
    );
    expect(notes).not.to.include('own load');
  });

  it('is told with it, too, where a few others were late, here and there', async () => {
    const { notes, found } = await noted((ends, nth) => at('node-2')(ends) || nth % 25 === 0);
    expect(found.inCommon).to.deep.include({ nodes: ['node-2'], dials: 84 });
    expect(notes).to.match(
      / 84 of them from or to node-2, .* too little CPU time; the others: the suite's own load \(/,
    );
  });

  it('is told with both nodes where it is between them', async () => {
    const { notes } = await noted(at('node-1', 'node-2'));
    expect(notes).to.match(/all of them between node-1 and node-2, most between second/);
  });

  it('is the suite’s own load where it is of all nodes, of few dials, or nothing else was dialled', async () => {
    for (const { notes, found } of [
      await noted((_ends, nth) => nth % 3 === 0),
      await noted((ends, nth) => at('node-2')(ends) && nth % 10 === 0),
      await noted(() => true, 1),
    ]) {
      expect(found.inCommon).to.equal(null);
      expect(notes).to.match(/the suite's own load, no fault of the network/);
    }
  });
});
