/** Datagrams that are lost since they are small: from which size on they arrive. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sendSizes } from '../../../../lib/facts/sizes.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import type { Exchange } from '../../../../lib/mesh/sizes/search.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { delivered } from '../../../../lib/verdict/oracle/expectation.ts';
import { judgeDial } from '../../../../lib/verdict/oracle/problems.ts';
import { makeWorld, type Network } from '../world.ts';

type Sent = Parameters<Network>[0];

const bytesOf = ({ questionBytes, payloadBytes = 0 }: Sent): number => questionBytes ?? payloadBytes + 128;

async function sized(network: Network, nodes = 3) {
  const world = makeWorld({ nodes, network });
  const traffic = createTraffic({ pace: unlimitedPace });
  const run: Exchange = async (plan) => exchange({ ...plan, families: ['IPv4'] }, { traffic });
  const { small, whole, least } = await sendSizes({ ...world, exchange: run });
  const broken = least.dialled
    .map((dial) => ({ dial, problems: judgeDial(dial, delivered).problems }))
    .filter(({ problems }) => problems.length > 0);
  return { others: [...small.dialled, ...whole.dialled], least: least.dialled, broken };
}

/** Those on the way into node-2. */
const lost =
  (isLost: (dial: Sent) => boolean): Network =>
  (dial, { from, to }) =>
    dial.protocol === 'UDP' && to.node === 'node-2' && from.node !== 'node-2' && isLost(dial)
      ? { outcome: 'timeout', answered: 0, views: [] }
      : null;

describe('the least that is dialled', () => {
  it('arrives on a healthy network: 15 bytes of UDP on each way that is tried', async () => {
    const { least, broken } = await sized(() => null);
    expect(broken).to.deep.equal([]);
    expect(new Set(least.map(({ protocol, size }) => `${protocol} ${size?.bytes}`))).to.deep.equal(new Set(['UDP 15']));
    expect(least).to.have.length(30);
  });

  it('is too small where larger ones arrive, and from which size on they do is searched to the byte', async () => {
    for (const limit of [16, 32, 56, 131, 190]) {
      const { broken, others } = await sized(lost((dial) => bytesOf(dial) < limit));
      expect(new Set(broken.flatMap(({ problems }) => problems))).to.deep.equal(new Set(['too small']));
      expect(new Set(broken.map(({ dial }) => dial.to.node))).to.deep.equal(new Set(['node-2']));
      expect(new Set(broken.map(({ dial }) => dial.size?.passes)), `${limit}`).to.deep.equal(new Set([limit]));
      expect(others.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
    }
  }).timeout(60_000);

  it('is not too small where nothing arrives any more, nor where it is damaged', async () => {
    let isDead = false;
    // On more ways than are searched.
    const dying = await sized(
      lost((dial) => (isDead ||= bytesOf(dial) === 15)),
      6,
    );
    expect(new Set(dying.broken.flatMap(({ problems }) => problems))).to.deep.equal(new Set(['timeout']));
    const { broken } = await sized((dial, { to }) =>
      dial.questionBytes !== undefined && to.node === 'node-2'
        ? { outcome: 'corrupted', answered: 0, views: [] }
        : null,
    );
    expect(new Set(broken.flatMap(({ problems }) => problems))).to.deep.equal(new Set(['corrupted']));
  });
});
