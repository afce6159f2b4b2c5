import { expect } from 'chai';
import { describe, it } from 'mocha';
import { lengthOf, lostLengths } from '../../../../lib/probe/dial/lengths.ts';

import { agentPair } from '../agent-pair.ts';

const all = { least: 15, most: 1_472, count: 1_458 };
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('lengths of a flow that has all', () => {
  it('are each there once, where there are as many datagrams', () => {
    const lengths = numbers(all.count).map((n) => lengthOf(n, all));
    expect(lengths.toSorted((one, other) => one - other)).to.deep.equal(numbers(all.count).map((n) => n + 15));
  });

  it('are even steps where there are more, and come twice where there are fewer', () => {
    const large = { least: 15, most: 8_972, count: 1_500 };
    const inOrder = numbers(1_500)
      .map((n) => lengthOf(n, large))
      .toSorted((one, other) => one - other);
    expect([inOrder[0], inOrder.at(-1)]).to.deep.equal([15, 8_972]);
    const steps = inOrder.slice(1).map((bytes, n) => bytes - inOrder[n]!);
    expect([Math.min(...steps), Math.max(...steps)]).to.deep.equal([5, 6]);
    const few = { least: 15, most: 514, count: 1_000 };
    expect(new Set(numbers(1_000).map((n) => lengthOf(n, few)))).to.have.property('size', 500);
  });

  it('are mixed: what is lost for a moment is no range', () => {
    const answered = new Set(numbers(all.count).filter((n) => n < 700 || n >= 740));
    const ranges = lostLengths(answered, all);
    expect(ranges).to.have.length(40);
    expect(Math.max(...ranges.map(({ lengths }) => lengths))).to.equal(1);
  });

  it('are told as ranges where nothing of them was answered, the widest first', () => {
    const isLost = (bytes: number): boolean => bytes === 40 || (bytes >= 513 && bytes <= 520);
    const answered = new Set(numbers(all.count).filter((n) => !isLost(lengthOf(n, all))));
    expect(lostLengths(answered, all)).to.deep.equal([
      { least: 513, most: 520, lengths: 8 },
      { least: 40, most: 40, lengths: 1 },
    ]);
    expect(lostLengths(new Set(), { ...all, count: 1 })).to.deep.equal([{ least: 1_472, most: 1_472, lengths: 1 }]);
  });
});

describe('a flow of all lengths', function () {
  this.timeout(60_000);
  const pair = agentPair();

  it('is answered, and the responder knows of all of it, short and long', async () => {
    const { port } = pair.responder;
    const dial = { protocol: 'UDP', port, leastBytes: 15, payloadBytes: 872, intervalMs: 1 } as const;
    const [record] = await pair.dialler.dial({ ...dial, nonce: 'all-lengths', datagrams: 200 });
    expect(record).to.include({ outcome: 'delivered', attempts: 200, answered: 200 });
    expect(record).not.to.have.property('lostLengths');
    const { records } = await pair.responder.request({ kind: 'seen', nonces: ['all-lengths'], withinMs: 0 });
    expect(records.find(({ kind }) => kind === 'seen')).to.include({ received: 200 });
  });

  it('has a shortest that is a question, and not longer than the longest', async () => {
    for (const leastBytes of [14, 201, 15.5]) {
      const [record] = await pair.dialler.dial({ protocol: 'UDP', port: 1, leastBytes, payloadBytes: 72 });
      expect(record).to.include({ outcome: 'inconclusive', error: 'not a length of the shortest datagram' });
    }
  });
});
