/** Lengths of datagrams that are lost by themselves. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { sendSizes } from '../../../../lib/facts/sizes.ts';
import type { Dialled, Size } from '../../../../lib/mesh/dialled.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { allLengths } from '../../../../lib/mesh/sizes/lengths.ts';
import type { Exchange } from '../../../../lib/mesh/sizes/search.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { delivered } from '../../../../lib/verdict/oracle/expectation.ts';
import { judgeDial } from '../../../../lib/verdict/oracle/problems.ts';
import { makeWorld, type Network } from '../world.ts';

interface Loss {
  /** What the flow of all lengths lost. */
  ranges: NonNullable<DialRecord['lostLengths']>;
  /** What becomes of a datagram of this length alone, of `nth` dials with it. */
  isLost?: (bytes: number, nth: number) => boolean;
  /** Of each other dial. */
  some?: Partial<DialRecord>;
}

const silent: Partial<DialRecord> = { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null };

/** From node-1 to node-2, of pods. */
async function sent({ ranges, isLost = () => true, some = silent }: Loss) {
  const asked = new Map<number, number[]>();
  let flows = 0;
  const network: Network = (dial, { from, to }) => {
    const isHit = from.kind === 'pod' && from.node === 'node-1' && to.kind === 'pod' && to.node === 'node-2';
    if (dial.protocol === 'TCP') return { connectMs: 1 };
    if (!isHit) return null;
    const bytes = dial.questionBytes ?? 128 + (dial.payloadBytes ?? 0);
    if (dial.leastBytes !== undefined) {
      flows += 1;
      const lost = ranges.reduce((sum, { lengths }) => sum + lengths, 0);
      return { answered: (dial.datagrams ?? 0) - lost, lostLengths: ranges };
    }
    if (flows === 0) return null;
    const before = asked.get(bytes) ?? [];
    asked.set(bytes, [...before, dial.datagrams ?? 0]);
    return isLost(bytes, before.length) ? some : null;
  };
  const world = makeWorld({ nodes: 3, network, received: () => 0 });
  const traffic = createTraffic({ pace: unlimitedPace });
  const run: Exchange = async (plan) => exchange({ ...plan, families: ['IPv4'] }, { traffic });
  const { long } = await sendSizes({ ...world, exchange: run });
  const problems = ({ problems: all }: { problems: string[] }): boolean => all.length > 0;
  const bad = long.flows.dialled.map((dial) => ({ dial, ...judgeDial(dial, delivered) })).filter(problems);
  return { bad, asked, flows: long.flows.dialled.filter(({ lengths }) => lengths !== undefined) };
}

const told = (bad: { dial: Dialled; problems: string[] }[]): unknown[] =>
  bad.map(({ dial, problems }) => [problems.join(), dial.size?.alone?.least, dial.size?.alone?.most]);

describe('a length of datagrams', () => {
  it('is one of a flow that has all, from the least to the largest that arrive', async () => {
    const { flows, bad } = await sent({ ranges: [] });
    expect(flows.map(({ lengths }) => lengths)).to.deep.equal(
      Array.from({ length: 6 }, () => ({ least: 15, most: 1_472 })),
    );
    expect(bad).to.deep.equal([]);
  });

  it('is lost where it is again, each time, and others arrive', async () => {
    const { bad, asked } = await sent({
      ranges: [{ least: 513, most: 513, lengths: 1 }],
      isLost: (bytes) => bytes === 513,
    });
    expect(told(bad)).to.deep.equal([['length lost', 513, 513]]);
    expect(bad[0]?.detail).to.equal('no datagram of 513 bytes is answered, though shorter and longer ones are');
    // The control, and as many as tell it from chance.
    expect([...asked]).to.deep.equal([
      [1_472, [3]],
      [513, [3, 20]],
    ]);
  });

  it('is lost with its neighbours, and not with one that was lost by chance', async () => {
    const { bad } = await sent({
      ranges: [
        { least: 600, most: 608, lengths: 9 },
        { least: 20, most: 27, lengths: 8 },
        { least: 1_000, most: 1_000, lengths: 1 },
      ],
      isLost: (bytes) => (bytes >= 601 && bytes <= 608) || bytes <= 27 || bytes === 1_000,
    });
    const ranges = new Set(told(bad).map(String));
    expect(ranges).to.deep.equal(new Set(['length lost,601,608', 'length lost,20,27', 'length lost,1000,1000']));
  });

  it('is not lost where it arrives when it is asked again, nor where some of it does', async () => {
    const ranges = Array.from({ length: 64 }, (_, n) => ({ least: 100 + 2 * n, most: 100 + 2 * n, lengths: 1 }));
    const chance = await sent({ ranges, isLost: () => false });
    expect(chance.bad).to.deep.equal([]);
    expect(chance.asked).to.have.property('size', 49);
    const atFirst = await sent({ ranges, isLost: (bytes, nth) => bytes < 1_472 && nth === 0 });
    expect(atFirst.bad).to.deep.equal([]);
    const half = await sent({ ranges, isLost: (bytes) => bytes < 1_472, some: { answered: 1, outcome: 'delivered' } });
    expect(half.bad).to.deep.equal([]);
  });

  it('is no matter of lengths where nothing passes any more', async () => {
    const { bad } = await sent({ ranges: [{ least: 513, most: 513, lengths: 1 }] });
    expect(told(bad)).to.deep.equal([['timeout', 513, 513]]);
  });
});

describe('what a flow of all lengths has', () => {
  const size = (bytes: number): Size => ({ bytes, fragmented: false, mtu: 1_500, pathMtu: null });
  const planned = [size(15), size(1_000), size(1_472)];
  const known = (bytes: number): Dialled =>
    ({
      size: size(bytes),
      lossy: false,
      inconclusive: null,
      record: { outcome: 'delivered' },
    }) as Dialled;

  it('is all of them where the shortest and the longest are known to arrive', () => {
    expect(allLengths([known(15), known(1_472)], planned)).to.deep.equal({ least: 15, most: 1_472 });
  });

  it('is none where a way was left out of a share, or one of the two was', () => {
    for (const some of [[], [known(15)], [known(15), known(1_000)]]) expect(allLengths(some, planned)).to.equal(null);
  });
});
