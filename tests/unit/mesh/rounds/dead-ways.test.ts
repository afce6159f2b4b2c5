/** What one exchange of a run found dead need not be found again by the next. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Dial, DialRecord } from '../../../../lib/conversations/dial.ts';
import type { Dialled } from '../../../../lib/mesh/dialled.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { acrossNodes } from '../../../../lib/mesh/pairs.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { isSound } from '../../../../lib/mesh/rounds/merge.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { makeWorld, type Network } from '../world.ts';

const silent: Partial<DialRecord> = { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null };

/** Two exchanges of one run, on two nodes, each with a network of its own; the second dials other ports. */
async function twice(one: Network, other: Network): Promise<{ dialled: Dialled[]; again: Dial[] }> {
  let network = one;
  const { pods, asked } = makeWorld({ nodes: 2, network: (...args) => network(...args) });
  const traffic = createTraffic({ pace: unlimitedPace });
  const plan = { from: pods, to: pods, pairs: acrossNodes, families: ['IPv4' as const] };
  await exchange(plan, { traffic });
  network = other;
  const before = asked.length;
  const { dialled } = await exchange({ ...plan, ports: () => [53, 443] }, { traffic });
  const dials = asked.slice(before).flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
  return { dialled, again: dials.filter(({ nonce }) => nonce.endsWith('-again')) };
}

describe('a way that was dead before', () => {
  it('is not asked again, at whatever port: its dials stand with those that were', async () => {
    const { dialled, again } = await twice(
      () => silent,
      () => silent,
    );
    expect(again).to.deep.equal([]);
    expect(dialled).to.have.length(32);
    expect(dialled.some(isSound)).to.equal(false);
    expect(dialled.every(({ standsWith, record }) => standsWith === 2 && record?.outcome === 'timeout')).to.equal(true);
  });

  it('is asked again where one of its dials is answered: another port may be', async () => {
    const { dialled, again } = await twice(
      () => silent,
      ({ port }) => (port === 53 ? silent : null),
    );
    expect(new Set(again.map(({ port }) => port))).to.deep.equal(new Set([53]));
    expect(dialled.filter((dial) => !isSound(dial))).to.have.length(16);
  });

  it('is not one on which some were answered, or something else came back', async () => {
    for (const before of [
      ({ address }: Dial) => (address.endsWith('.2') ? silent : null),
      () => ({ ...silent, outcome: 'refused' as const }),
    ]) {
      const { again } = await twice(before, () => silent);
      expect(again.length).to.be.above(0);
    }
  });

  it('says nothing of other ways', async () => {
    const { again } = await twice(
      ({ protocol }) => (protocol === 'TCP' ? silent : null),
      () => silent,
    );
    expect(new Set(again.map(({ protocol }) => protocol))).to.deep.equal(new Set(['UDP']));
  });
});
