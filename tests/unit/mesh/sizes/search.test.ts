import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sendSizes } from '../../../../lib/facts/sizes.ts';
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
