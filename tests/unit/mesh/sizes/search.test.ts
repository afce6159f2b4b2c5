import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sendFragments, sendSizes } from '../../../../lib/facts/sizes.ts';
import type { Dialled } from '../../../../lib/mesh/dialled.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { isLostForSize, type Exchange } from '../../../../lib/mesh/sizes/search.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { makeWorld, type Network, type WorldOptions } from '../world.ts';

/** Datagrams with more payload than that are lost, and streams stall, on the way into node-2. */
function blackHole(bytes: number, { only }: { only?: 'TCP' | 'UDP' } = {}): Network {
  return ({ protocol, payloadBytes = 0 }, { from, to }) => {
    const isHit = to.node === 'node-2' && from.node !== 'node-2' && payloadBytes + 128 > bytes;
    if (!isHit || (only !== undefined && only !== protocol)) return null;
    return { outcome: 'timeout', answered: 0, views: [], connectMs: protocol === 'TCP' ? 1 : null };
  };
}

async function lostIn(options: WorldOptions): Promise<{ lost: Dialled[]; asked: number }> {
  const world = makeWorld(options);
  const traffic = createTraffic({ pace: unlimitedPace });
  const { families = ['IPv4'] } = options;
  const run: Exchange = async (plan) => exchange({ ...plan, families }, { traffic });
  const { whole } = await sendSizes({ ...world, exchange: run });
  const dials = world.asked.filter(({ body }) => body.kind === 'dial');
  return { lost: whole.dialled.filter(isLostForSize), asked: dials.length };
}

describe('what is lost for its size', () => {
  it('is nothing on a healthy network, and nothing is searched', async () => {
    expect((await lostIn({})).lost).to.deep.equal([]);
  });

  it('is searched to the byte, on each way for itself', async () => {
    const { lost } = await lostIn({ network: blackHole(1_372) });
    const datagrams = lost.filter(({ protocol }) => protocol === 'UDP');
    expect(new Set(datagrams.map(({ size }) => size?.bytes))).to.deep.equal(new Set([1_472]));
    expect(new Set(datagrams.map(({ size }) => size?.passes))).to.deep.equal(new Set([1_372]));
    expect(new Set(datagrams.map(({ to }) => to.node))).to.deep.equal(new Set(['node-2']));
    expect(datagrams).to.have.length(8);
  });

  it('is a stream where only streams are lost, and that is searched then', async () => {
    const { lost } = await lostIn({ network: blackHole(100_000, { only: 'TCP' }) });
    expect(new Set(lost.map(({ protocol }) => protocol))).to.deep.equal(new Set(['TCP']));
    for (const { size } of lost) expect(size?.passes).to.be.within(99_980, 100_000);
  });

  it('is what one end believes in and the other end does not take, in that direction alone, and no fragments are tried then', async () => {
    const into = (dial: Parameters<Network>[0], to: string, from: string): number =>
      to === 'node-1' && from !== 'node-1' ? (dial.payloadBytes ?? 0) + 128 : 0;
    const world = makeWorld({
      network: (dial, { from, to }) => {
        const answer = Math.min(dial.answerBytes ?? Infinity, (dial.payloadBytes ?? 0) + 128);
        const isAnswerLost = into(dial, from.node, to.node) > 0 && answer > 1_372;
        const isLost = dial.protocol === 'UDP' && (into(dial, to.node, from.node) > 1_372 || isAnswerLost);
        return isLost ? { outcome: 'timeout', answered: 0, views: [] } : null;
      },
      reply: ({ node }, body) =>
        body.kind === 'path-mtu'
          ? {
              records: body.addresses.map((address) => ({
                kind: 'path-mtu',
                address,
                mtu: node === 'node-1' ? 1_400 : 1_500,
              })),
            }
          : null,
    });
    const traffic = createTraffic({ pace: unlimitedPace });
    const run: Exchange = async (plan) => exchange({ ...plan, families: ['IPv4'] }, { traffic });
    const sized = await sendSizes({ ...world, exchange: run });
    const lost = sized.whole.dialled.filter(isLostForSize);
    expect(lost.map(({ from, to, size }) => [from.node, to.node, size?.bytes, size?.passes])).to.have.deep.members(
      ['node-2', 'node-3'].flatMap((from) => Array.from({ length: 4 }, () => [from, 'node-1', 1_472, 1_372])),
    );
    const fragmented = await sendFragments(sized, { exchange: run });
    expect(
      fragmented.dialled.filter(({ from, to }) => [from.node, to.node].includes('node-1') && from.node !== to.node),
    ).to.deep.equal([]);
    expect(fragmented.dialled.length).to.be.above(0);
    expect(fragmented.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
  });

  it('is not what is lost whatever its size', async () => {
    expect((await lostIn({ network: blackHole(0) })).lost).to.deep.equal([]);
  });

  it('is not what is lost on a way where nothing passes by then', async () => {
    let isDead = false;
    const network: Network = ({ payloadBytes = 0, protocol }, { from, to }) => {
      const isHit = to.node === 'node-2' && from.node !== 'node-2';
      isDead ||= isHit && payloadBytes > 1_000;
      if (!isHit || !isDead) return null;
      return { outcome: 'timeout', answered: 0, views: [], connectMs: protocol === 'TCP' ? 1 : null };
    };
    expect((await lostIn({ network })).lost).to.deep.equal([]);
  });

  it('takes as much as the other family’s headers leave', async () => {
    const { lost } = await lostIn({ families: ['IPv6'], network: blackHole(1_200) });
    expect(lost.filter(({ protocol }) => protocol === 'UDP').map(({ size }) => size?.bytes)).to.include(1_452);
  });
});
