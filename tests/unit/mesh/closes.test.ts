/** Connections that come to their ends, from either side. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../lib/conversations/dial.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { acrossNodes } from '../../../lib/mesh/pairs.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { delivered } from '../../../lib/verdict/oracle/expectation.ts';
import { judge } from '../../../lib/verdict/oracle/oracle.ts';
import { makeWorld, type Network } from './world.ts';

/** `ends`: of the n-th dial from node-1 to node-2 the record's, where its end is missing. */
async function closed(ends: (nth: number) => DialRecord['unclosed']) {
  let hits = 0;
  const network: Network = (dial, { from, to }) => {
    if (dial.protocol === 'UDP') return null;
    const unclosed = from.node === 'node-1' && to.node === 'node-2' ? ends((hits += 1)) : undefined;
    if (dial.closes !== true || unclosed === undefined) return { connectMs: 1 };
    return { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null, connectMs: 1, unclosed };
  };
  const { pods, nodes } = makeWorld({ nodes: 2, network });
  const traffic = createTraffic({ pace: unlimitedPace });
  const all = [pods[0]!, pods[2]!, ...nodes];
  const plan = { from: all, to: all, pairs: acrossNodes, families: ['IPv4' as const], closes: true as const };
  const { dialled } = await exchange(plan, { traffic });
  const edges = dialled.map((dial) => judge(dial, delivered).edge);
  return { edges, bad: edges.filter(({ problems }) => problems.length > 0), traffic };
}

describe('the end of a connection', () => {
  it('is waited for over TCP alone', async () => {
    const { edges, bad } = await closed(() => undefined);
    expect(new Set(edges.filter(({ closes }) => closes).map(({ protocol }) => protocol))).to.deep.equal(
      new Set(['TCP']),
    );
    expect(bad).to.deep.equal([]);
  });

  for (const [unclosed, lostLeg] of [
    ['own end lost', 'request'],
    ['other end lost', 'reply'],
    ['unknown', 'unknown'],
  ] as const)
    it(`is a promise of its own, with its direction: ${unclosed}; the way is not dead`, async () => {
      const { bad, traffic } = await closed(() => unclosed);
      expect(bad).to.have.length(4);
      for (const edge of bad) expect(edge).to.deep.include({ problems: ['not closed'], lostLeg });
      expect(bad.every(({ rounds }) => rounds.length === 2)).to.equal(true);
      expect([...traffic.deadWays]).to.deep.equal([]);
    });

  it('that came when it was asked again was late for load alone', async () => {
    const { bad, traffic } = await closed((nth) => (nth <= 4 ? 'own end lost' : undefined));
    expect(bad).to.deep.equal([]);
    expect(traffic.found.onlyUnderLoad).to.have.length(4);
  });
});
