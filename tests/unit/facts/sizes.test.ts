import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mtusOf } from '../../../lib/facts/sizes.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { everyPair } from '../../../lib/mesh/pairs.ts';
import type { Way } from '../../../lib/mesh/plan.ts';
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
