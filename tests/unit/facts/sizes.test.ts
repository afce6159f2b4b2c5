import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../lib/conversations/dial.ts';
import { mtusOf, sendSizes } from '../../../lib/facts/sizes.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { everyPair } from '../../../lib/mesh/pairs.ts';
import type { Way } from '../../../lib/mesh/plan.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { makeWorld } from '../mesh/world.ts';

const world = makeWorld({});
const plan = { from: world.all, to: world.all, pairs: everyPair, families: ['IPv4' as const] };
const small = await exchange(plan);

/** Pods have less than nodes, whose share a tunnel takes. */
const mtuOf = (kind: string | undefined): number => (kind === 'pod' ? 1_450 : 1_500);

/** What is told of ways on which the path takes so much. */
async function remarksWith(pathOf: (way: Way, least: number) => number): Promise<string[] | undefined> {
  const sizes = (way: Way) => {
    const [mtu, otherMtu] = [mtuOf(way.from.kind), mtuOf(way.to.responders[0]?.kind)];
    return [{ bytes: 1_000, fragmented: false, mtu, otherMtu, pathMtu: pathOf(way, Math.min(mtu, otherMtu)) }];
  };
  const whole = await exchange({ ...plan, protocols: ['UDP'], sizes });
  return mtusOf({ whole, long: { streams: whole, flows: small, tooSlow: [] } }).remarks;
}

describe('the MTU of a path', () => {
  it('is no news between a pod and a node, where it is that of the end which takes less', async () => {
    expect(await remarksWith((_way, least) => least)).to.deep.equal([]);
  });

  it('is told where less passes than both ends take', async () => {
    const told = await remarksWith(({ from }, least) => (from.node === 'node-1' ? 1_400 : least));
    expect(told?.join('; ')).to.match(
      /^path MTU 1400 of 1450, from node-1\/pod-a to .*; path MTU 1400 of 1500, from node-1\/node to/,
    );
  });

  it('is told where pods differ among each other, of them alone', async () => {
    const differs = await remarksWith(({ from, to }, least) =>
      from.kind === 'pod' && to.responders[0]?.kind === 'pod' && from.node === 'node-2' ? 1_300 : least,
    );
    expect(differs).to.have.length(1);
    expect(differs?.[0]).to.match(/^path MTU 1300 of 1450, from node-2\/pod-[ab] to /);
  });
});

describe('what is sent in all sizes', () => {
  const silent: Partial<DialRecord> = { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null };
  const mannerOf = ({ from, protocol }: Way): string => `${from.kind} ${protocol}`;

  it('goes where a little of its own protocol arrives, whatever the other one does', async () => {
    // Of pods over TCP, and of nodes over UDP, nothing does.
    const half = makeWorld({
      network: ({ protocol }, { from }) => ((protocol === 'TCP') === (from.kind === 'pod') ? silent : null),
    });
    const traffic = createTraffic({ pace: unlimitedPace });
    const run = async (one: Parameters<Parameters<typeof sendSizes>[0]['exchange']>[0]) =>
      exchange({ ...one, families: ['IPv4'] }, { traffic });
    const { closed, whole, least, lasting } = await sendSizes({ ...half, exchange: run });
    expect(new Set(closed.dialled.map(mannerOf))).to.deep.equal(new Set(['node TCP']));
    // From nodes to pods, too: TCP has its ends there, though streams are not sent.
    expect(new Set(closed.dialled.map(({ to }) => to.responders[0]?.kind))).to.deep.equal(new Set(['pod', 'node']));
    expect(new Set(whole.dialled.map(mannerOf))).to.deep.equal(new Set(['node TCP', 'pod UDP']));
    for (const { dialled } of [least, lasting])
      expect(new Set(dialled.map(mannerOf))).to.deep.equal(new Set(['pod UDP']));
    expect([closed, whole, least, lasting].map(({ pairsLeftOut }) => pairsLeftOut)).to.deep.equal([0, 0, 0, 0]);
  }).timeout(60_000);
});
