import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import type { Exchanged } from '../../../../lib/mesh/dialled.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { holdFlows } from '../../../../lib/mesh/held/hold.ts';
import { isForgotten, speakOver } from '../../../../lib/mesh/held/speak.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { defaultTimes } from '../../../../lib/mesh/times.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { makeWorld, type Network } from '../world.ts';

/** Nothing comes back over idle flows into node-2; `dead`: nor over new ones, by then. */
function forgets({ dead = false } = {}): Network {
  let spoken = false;
  return (dial, { from, to }) => {
    if (dial.over !== undefined) spoken = true;
    if (to.node !== 'node-2' || from.node === 'node-2' || dial.protocol !== 'TCP') return null;
    if (dial.over === undefined && !(dead && spoken)) return null;
    return { outcome: 'timeout', answered: 0, views: [], connectMs: 0, ...(dial.over && { held: idle }) };
  };
}

const idle = { idleMs: 12_000, endedAfterMs: null };

const noSocket: Partial<DialRecord> = { outcome: 'inconclusive', answered: 0, views: [], error: 'EMFILE' };

async function spokenIn(network: Network): Promise<{ opened: Exchanged; spoken: Exchanged; asked: string[] }> {
  const world = makeWorld({ network });
  const traffic = createTraffic({ pace: unlimitedPace });
  const { opened } = await holdFlows({
    ...world,
    exchange: async (plan) => exchange({ ...plan, families: ['IPv4'] }, { traffic }),
  });
  const spoken = await speakOver(opened, traffic, defaultTimes);
  const asked = world.asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
  return { opened, spoken, asked: asked.flatMap(({ over }) => over ?? []) };
}

describe('flows that were left open', () => {
  it('are spoken over, each once, by the nonce that opened it', async () => {
    const { opened, spoken, asked } = await spokenIn(() => null);
    expect(asked.toSorted()).to.deep.equal(opened.dialled.map(({ nonce }) => nonce).toSorted());
    expect(spoken.dialled).to.have.length(opened.dialled.length);
    expect(spoken.dialled.filter(isForgotten)).to.deep.equal([]);
  });

  it('are not spoken over where they could only be opened when they were tried again, calmly', async () => {
    const { opened, spoken } = await spokenIn(({ nonce }, { from, to }) =>
      from.name === 'node' && to.node === 'node-2' && !nonce.endsWith('-again') ? noSocket : null,
    );
    const late = opened.dialled.filter(({ heldAs }) => heldAs === undefined);
    expect(late.map(({ record, inconclusive }) => [record?.outcome, inconclusive])).to.deep.equal(
      Array.from({ length: 8 }, () => ['delivered', null]),
    );
    expect(spoken.dialled).to.have.length(opened.dialled.length - late.length);
    expect(spoken.dialled.every(({ inconclusive }) => inconclusive === null)).to.equal(true);
  });

  it('are forgotten where nothing comes back over them, and new ones work', async () => {
    const { spoken } = await spokenIn(forgets());
    const forgotten = spoken.dialled.filter(isForgotten);
    expect(forgotten).to.have.length(8);
    expect(forgotten.every(({ to, protocol }) => to.node === 'node-2' && protocol === 'TCP')).to.equal(true);
  });

  it('are not translated where a port was changed once, and others are kept', async () => {
    const changed: Network = (dial, { from, to }) => {
      if (dial.over === undefined || from.name !== 'node' || to.name !== 'node' || to.node !== 'node-2') return null;
      const local = { address: from.addresses.IPv4!, port: 50_000 };
      const view = { who: to.hello.identity, local: { address: dial.address, port: dial.port } };
      return { local, views: [{ ...view, peer: { ...local, port: 6_732 } }] };
    };
    const { spoken } = await spokenIn(changed);
    const moved = spoken.dialled.filter(({ record }) => record?.views.some(({ peer }) => peer.port === 6_732));
    expect(moved).not.to.have.length(0);
    for (const dial of moved) expect([dial.portChangedOnce, dial.inconclusive]).to.deep.equal([true, null]);
  });

  it('are no matter of idleness where new ones do not work either', async () => {
    const { spoken } = await spokenIn(forgets({ dead: true }));
    expect(spoken.dialled.filter(isForgotten)).to.deep.equal([]);
    const lost = spoken.dialled.filter(({ record }) => record?.outcome === 'timeout');
    expect(lost).to.have.length(8);
  });
});
