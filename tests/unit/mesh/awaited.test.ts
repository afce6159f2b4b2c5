/** Waiting for what takes a moment to be known everywhere, by dialling it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { awaitAnswers, type Patience } from '../../../lib/mesh/awaited.ts';
import { everyPair } from '../../../lib/mesh/pairs.ts';
import { serviceWorld, type Proxy } from './make-believe-service.ts';
import type { World } from './world.ts';

/** For longer than a busy machine stands still, unless told otherwise. */
async function waitFor(proxy: (world: World) => Proxy, patience: Omit<Patience, 'roundTripMs'> = { withinMs: 10_000 }) {
  const { nodes, service, asked } = serviceWorld(proxy);
  const plan = { from: nodes, to: [service], pairs: everyPair, families: ['IPv4' as const] };
  const awaited = await awaitAnswers(plan, { roundTripMs: 1, ...patience });
  const nonces = asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials.map(({ nonce }) => nonce) : []));
  return { ...awaited, nonces };
}

describe('waiting for answers', () => {
  it('ends with the last of them, and asks once more only who gave none', async () => {
    const dials = new Map<string, number>();
    const { silent, nonces } = await waitFor(({ pods }) => (dial, from) => {
      const key = `${from.node} ${dial.protocol}`;
      dials.set(key, (dials.get(key) ?? 0) + 1);
      return from.node === 'node-1' && dials.get(key) === 1 ? null : { to: pods[0]! };
    });
    expect(silent).to.deep.equal([]);
    expect(Object.fromEntries(dials)).to.deep.equal({
      'node-1 TCP': 2,
      'node-1 UDP': 2,
      'node-2 TCP': 1,
      'node-2 UDP': 1,
    });
    expect(new Set(nonces)).to.have.property('size', nonces.length);
  });

  it('goes on for longer while a node hears nothing at all', async () => {
    const began = performance.now();
    const late =
      ({ pods }: World): Proxy =>
      (_, from) =>
        from.node === 'node-1' && performance.now() - began < 1_000 ? null : { to: pods[0]! };
    const { silent, afterMs } = await waitFor(late, { withinMs: 700, firstWithinMs: 10_000 });
    expect(silent).to.deep.equal([]);
    expect(afterMs).to.be.at.least(900);
  });

  it('goes on for as long as more and more answers', async () => {
    const beganMs = performance.now();
    const heardMs = new Map<string, number>();
    // Each time much later than a busy machine stands still, and sooner than the patience ends.
    const answersAfterMs = 2_200;
    const { silent, afterMs } = await waitFor(
      ({ pods }) =>
        ({ protocol }, { node }) => {
          const sinceMs = protocol === 'TCP' ? beganMs : (heardMs.get(node) ?? Infinity);
          if (performance.now() < sinceMs + answersAfterMs) return null;
          if (protocol === 'TCP') heardMs.set(node, heardMs.get(node) ?? performance.now());
          return { to: pods[0]! };
        },
      { withinMs: 4_000 },
    );
    expect(silent).to.deep.equal([]);
    expect(afterMs).to.be.at.least(2 * answersAfterMs);
  });

  it('is given up at last, however much goes on answering, and a node that answers is no credit for another', async () => {
    let answered = 0;
    const { silent, afterMs } = await waitFor(
      ({ pods }) =>
        (_, from) =>
          from.node === 'node-1' && (answered += 1) > 1 ? null : { to: pods[0]! },
      { withinMs: 60_000, atMostMs: 700 },
    );
    expect(silent.map(({ from }) => from.node)).to.deep.equal(['node-1']);
    expect(afterMs).to.be.below(10_000);
  });

  it('is given up in time, and says who is silent', async () => {
    const { silent } = await waitFor(
      ({ pods }) =>
        (_, from) =>
          from.node === 'node-1' ? null : { to: pods[0]! },
      { withinMs: 700 },
    );
    expect(silent.map(({ from, protocol }) => `${from.node} ${protocol}`).toSorted()).to.deep.equal([
      'node-1 TCP',
      'node-1 UDP',
    ]);
  });
});
