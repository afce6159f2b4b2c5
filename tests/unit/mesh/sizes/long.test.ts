/** Streams and flows that last, around a ring of the nodes. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { mtusOf, sendSizes } from '../../../../lib/facts/sizes.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import type { Exchange } from '../../../../lib/mesh/sizes/search.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { delivered } from '../../../../lib/verdict/oracle/expectation.ts';
import { judgeDial } from '../../../../lib/verdict/oracle/problems.ts';
import { makeWorld, type Network } from '../world.ts';

const [short, long] = [262_144, 4_194_304];

/** What becomes of a dial of so many bytes or datagrams from node-1 to node-2, of pods; `nth` counts them. */
type Becomes = (nth: number) => Partial<DialRecord> | null;

async function sent({ of, becomes = () => null, nodes = 3 }: { of?: number; becomes?: Becomes; nodes?: number } = {}) {
  const hit: { flows: number; datagrams: number }[] = [];
  const network: Network = (dial, { from, to }) => {
    const isHit = from.kind === 'pod' && from.node === 'node-1' && to.kind === 'pod' && to.node === 'node-2';
    const { payloadBytes = 0, datagrams = 0, flows = 1, protocol } = dial;
    const size = protocol === 'UDP' ? datagrams : payloadBytes + 128;
    if (!isHit || size !== of) return protocol === 'TCP' ? { connectMs: 1 } : null;
    hit.push({ flows, datagrams });
    return becomes(hit.length);
  };
  const world = makeWorld({ nodes, network });
  const traffic = createTraffic({ pace: unlimitedPace });
  const run: Exchange = async (plan) => exchange({ ...plan, families: ['IPv4'] }, { traffic });
  const sized = await sendSizes({ ...world, exchange: run });
  const { streams, flows, tooSlow } = sized.long;
  const bad = [...streams.dialled, ...flows.dialled].filter((dial) => judgeDial(dial, delivered).problems.length > 0);
  const told = bad.map((dial) => ({ dial, ...judgeDial(dial, delivered) }));
  return { streams, flows, tooSlow, hit, told, traffic, remarks: mtusOf(sized).remarks?.join('; ') };
}

const stalled = (streamed: DialRecord['streamed']): Partial<DialRecord> => ({
  outcome: 'timeout',
  answered: 0,
  views: [],
  connectMs: 1,
  ...(streamed === undefined ? {} : { streamed }),
});

describe('what lasts', () => {
  it('is sent around a ring of the nodes, and within each, so that it grows with them', async () => {
    for (const nodes of [2, 3, 6]) {
      const { streams, flows, told, tooSlow, traffic } = await sent({ nodes });
      expect(streams.dialled).to.have.length(3 * nodes);
      expect(flows.dialled).to.have.length(2 * nodes);
      expect(new Set(streams.dialled.map(({ size }) => size?.bytes))).to.deep.equal(new Set([long]));
      expect(new Set(flows.dialled.map(({ attempts }) => attempts))).to.deep.equal(new Set([1_458]));
      const across = streams.dialled.filter(({ from, to }) => from.node !== to.node);
      const ends = across.map(({ from, to }) => `${from.kind} ${from.node} ${to.node}`);
      expect(new Set(ends)).to.include(`pod node-${nodes} node-1`).and.to.include('node node-1 node-2');
      for (const end of ['from', 'to'] as const)
        expect(new Set(across.map((dial) => dial[end].node))).to.have.property('size', nodes);
      expect([told, tooSlow]).to.deep.equal([[], []]);
      expect(traffic.found.streamBytes).to.be.above(2 * long * streams.dialled.length);
      expect([streams, flows].map(({ pairsLeftOut }) => pairsLeftOut)).to.deep.equal([0, 0]);
    }
  });

  it('is whole where other streams are an even share of very many ways', async () => {
    const nodes = 60;
    const { streams, flows } = await sent({ nodes });
    const sizes = Map.groupBy(streams.dialled, ({ size }) => size?.bytes);
    expect(sizes.get(long)).to.have.length(3 * nodes);
    expect(sizes.get(short)?.length).to.be.above(0);
    expect(flows.dialled).to.have.length(2 * nodes);
  });

  it('is one stream within each node where there is only one node', async () => {
    const { streams, flows } = await sent({ nodes: 1 });
    expect([streams, flows].map(({ dialled }) => dialled.length)).to.deep.equal([1, 1]);
  });

  it('is cut off where it stalls, twice more as well; how far it came tells after how much, and nothing is searched', async () => {
    for (const [streamed, after] of [
      [{ sent: 1_000_000, received: 0 }, 1_000_000],
      [{ sent: long, received: 900_000 }, 900_000],
      [{ sent: long, received: 0 }, long - 1],
    ] as const) {
      const { told, hit } = await sent({ of: long, becomes: () => stalled(streamed) });
      expect(told.map(({ problems, dial }) => [problems, dial.size?.passes])).to.deep.equal([[['too large'], after]]);
      expect(told[0]?.detail).to.include(`about ${Math.round(after / 1_024)} KiB came through`);
      expect(hit.map(({ flows }) => flows)).to.deep.equal([1, 2]);
    }
  });

  it('is sound where another stream is whole', async () => {
    const { told, traffic } = await sent({
      of: long,
      becomes: (nth) => (nth === 1 ? stalled({ sent: 1, received: 0 }) : { attempts: 2, answered: 1, connectMs: 1 }),
    });
    expect(told).to.deep.equal([]);
    expect(traffic.found.onlyUnderLoad).to.have.length(1);
  });

  it('is left out, and not sent again, where it goes on for too long', async () => {
    const { told, streams, tooSlow, hit, remarks } = await sent({
      of: long,
      becomes: () => ({ outcome: 'inconclusive', answered: 0, views: [], connectMs: 1, error: 'too slow' }),
    });
    expect([told, hit.length]).to.deep.equal([[], 1]);
    expect(streams.dialled).to.have.length(8);
    expect(tooSlow).to.have.length(1);
    expect(remarks).to.include('too slow for streams of some MiB, which are not judged there: node-1/pod-a to ');
  });

  it('is left out where it stalls, and then goes on for too long', async () => {
    const endless: Partial<DialRecord> = {
      outcome: 'inconclusive',
      answered: 0,
      views: [],
      connectMs: 1,
      error: 'slow',
    };
    const { told, tooSlow } = await sent({
      of: long,
      becomes: (nth) => (nth === 1 ? stalled({ sent: 1_000_000, received: 0 }) : endless),
    });
    expect([told.length, tooSlow.length]).to.deep.equal([0, 1]);
  });

  it('is not sent where a shorter one is slow, or stalls', async () => {
    const slow = await sent({ of: short, becomes: () => ({ firstAnswerMs: 3_000, connectMs: 1 }) });
    expect([slow.streams.dialled.length, slow.tooSlow.length]).to.deep.equal([8, 1]);
    const dead = await sent({ of: short, becomes: () => stalled({ sent: 10, received: 0 }) });
    expect([dead.streams.dialled.length, dead.tooSlow.length]).to.deep.equal([8, 0]);
  });

  it('is cut off as a flow of datagrams where a new one, as long, is', async () => {
    const cut: Partial<DialRecord> = { answered: 500, cutOff: { flows: 1, fewest: 500, most: 500, lost: 958 } };
    const { told, hit } = await sent({ of: 1_458, becomes: () => cut });
    expect(told.map(({ problems, dial }) => [problems, dial.cutOffAfter])).to.deep.equal([[['cut off'], 500]]);
    expect(hit).to.deep.equal(Array.from({ length: 2 }, () => ({ flows: 1, datagrams: 1_458 })));
  });
});
