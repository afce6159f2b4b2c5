import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { holdFlows } from '../../../../lib/mesh/held/hold.ts';
import { isForgotten, speakOver } from '../../../../lib/mesh/held/speak.ts';
import { Governor } from '../../../../lib/mesh/pace/governor.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { defaultTimes } from '../../../../lib/mesh/times.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { makeWorld, type Network, type WorldOptions } from '../world.ts';

/** Nothing comes back over idle flows into node-2; `dead`: nor over new ones, by then; `pushes`: only where the responder speaks first. */
function forgets({ dead = false, pushes = false, protocol = 'TCP', idle = 12_000 } = {}): Network {
  let spoken = false;
  return (dial, { from, to }) => {
    if (dial.over !== undefined) spoken = true;
    if (to.node !== 'node-2' || from.node === 'node-2' || dial.protocol !== protocol) return null;
    if (dial.over === undefined && !(dead && spoken)) return null;
    if (pushes && dial.first === undefined) return null;
    const held = { idleMs: idle, endedAfterMs: null, ...(dial.first && { heard: false }) };
    return { outcome: 'timeout', answered: 0, views: [], connectMs: 0, ...(dial.over && { held }) };
  };
}

const noSocket: Partial<DialRecord> = { outcome: 'inconclusive', answered: 0, views: [], error: 'EMFILE' };

async function spokenIn(network: Network, options: Pick<WorldOptions, 'reply'> & { ageMs?: number } = {}) {
  const world = makeWorld({ network, ...options });
  const traffic = createTraffic({ pace: unlimitedPace });
  const { opened } = await holdFlows({
    ...world,
    exchange: async (plan) => exchange({ ...plan, families: ['IPv4'] }, { traffic }),
  });
  traffic.beganAt -= options.ageMs ?? 0;
  const spoken = await speakOver(opened, traffic, defaultTimes);
  const asked = world.asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
  const told = world.asked.flatMap(({ probe, body }) =>
    body.kind === 'speak' ? body.flows.map((flow) => ({ probe, ...flow })) : [],
  );
  const anew = asked.filter(({ nonce, over }) => over === undefined && nonce.endsWith('-again'));
  return { opened, spoken, asked: asked.filter(({ over }) => over !== undefined), told, anew };
}

describe('flows that were left open', () => {
  it('are spoken over, each once, by the nonce that opened it', async () => {
    const { opened, spoken, asked } = await spokenIn(() => null);
    expect(asked.map(({ over }) => over)).to.have.members(opened.dialled.map(({ nonce }) => nonce));
    expect(spoken.dialled).to.have.length(opened.dialled.length);
    expect(spoken.dialled.filter(isForgotten)).to.deep.equal([]);
  });

  it('are not spoken over where they could only be opened when they were tried again, calmly', async () => {
    const { opened, spoken } = await spokenIn(({ nonce }, { from, to }) =>
      from.name === 'node' && to.node === 'node-2' && !nonce.endsWith('-again') ? noSocket : null,
    );
    const late = opened.dialled.filter(({ heldAs }) => heldAs === undefined);
    expect(late.map(({ record, inconclusive }) => [record?.outcome, inconclusive])).to.deep.equal(
      Array.from({ length: 16 }, () => ['delivered', null]),
    );
    expect(spoken.dialled).to.have.length(opened.dialled.length - late.length);
    expect(spoken.dialled.every(({ inconclusive }) => inconclusive === null)).to.equal(true);
  });

  it('are forgotten where nothing comes back over them, and new ones work', async () => {
    const { spoken } = await spokenIn(forgets());
    const forgotten = spoken.dialled.filter(isForgotten);
    expect(forgotten).to.have.length(16);
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
    expect(lost).to.have.length(16);
  });

  it('are two a way, and over one of them the responder is told to speak first, at its own end', async () => {
    const { opened, spoken, told } = await spokenIn(() => null);
    const ways = Map.groupBy(spoken.dialled, ({ from, to, protocol }) => `${from.uid} ${to.id} ${protocol}`);
    for (const dials of ways.values())
      expect(dials.map(({ first }) => first)).to.have.members([undefined, 'responder']);
    const waiting = spoken.dialled.filter(({ first }) => first === 'responder');
    expect(told.map(({ nonce }) => nonce)).to.have.members(waiting.map(({ over }) => over));
    for (const dial of waiting) {
      const flow = opened.dialled.find(({ nonce }) => nonce === dial.over)?.heldAs;
      const { probe, local, peer } = told.find(({ nonce }) => nonce === dial.over)!;
      expect([probe.uid, local, peer]).to.deep.equal([dial.to.id, flow?.view.local, flow?.view.peer]);
    }
  });

  it('are forgotten, too, where only what the responder says first is lost, on the way back', async () => {
    const { spoken } = await spokenIn(forgets({ pushes: true }));
    const forgotten = spoken.dialled.filter(isForgotten);
    expect(forgotten.map(({ first, lostLeg }) => [first, lostLeg])).to.deep.equal(
      Array.from({ length: 8 }, () => ['responder', 'reply']),
    );
  });

  it('are spoken over by responders no faster than the governor allows, all of them in turn', async () => {
    const told: { at: number; uid: string; packets: number }[] = [];
    const world = makeWorld({
      reply: ({ uid }, body) => {
        if (body.kind !== 'speak') return null;
        const packets = body.flows.reduce((sum, { protocol }) => sum + (protocol === 'UDP' ? body.datagrams : 2), 0);
        told.push({ at: performance.now(), uid, packets });
        return null;
      },
    });
    const traffic = createTraffic({ pace: unlimitedPace });
    const { opened } = await holdFlows({
      ...world,
      exchange: async (plan) => exchange({ ...plan, families: ['IPv4'] }, { traffic }),
    });
    const governor = new Governor({ ...unlimitedPace, first: { perNode: 500, inAll: 1_500 }, slowest: 500 });
    governor.begin({ nodes: 1 });
    const before = performance.now();
    await speakOver(opened, { ...traffic, governor }, defaultTimes);
    const within = told.map(({ at }) =>
      told.filter((one) => one.at >= at && one.at < at + 50).reduce((sum, { packets }) => sum + packets, 0),
    );
    expect(Math.max(...within)).to.be.within(100, 150);
    const [sum, last] = [told.reduce((all, { packets }) => all + packets, 0), told.at(-1)!];
    expect(last.at - before).to.be.above((1_000 * (sum - 150)) / 1_500);
    expect(new Set(told.map(({ uid }) => uid)).size).to.equal(9);
    expect(new Set(told.slice(0, 5).map(({ uid }) => uid)).size).to.be.above(3);
  });

  it('say nothing where nobody could be told to speak', async () => {
    const { spoken } = await spokenIn(() => null, {
      reply: ({ node }, { kind }) =>
        kind === 'speak' && node === 'node-2'
          ? { whole: false, reason: 'the stream broke', cause: 'stream lost' }
          : null,
    });
    const unknown = spoken.dialled.filter(({ inconclusive }) => inconclusive !== null);
    expect(new Set(unknown.map(({ first, to }) => `${first} ${to.node}`))).to.deep.equal(new Set(['responder node-2']));
    expect(unknown[0]?.inconclusive).to.match(/^node-2\/\S+ could not be told to speak first: the stream broke$/);
  });

  it('over which the responder of datagrams was to speak first, from or to a node, are left alone after 30 s', async () => {
    const { opened, spoken, told } = await spokenIn(forgets({ pushes: true, protocol: 'UDP' }), { ageMs: 60_000 });
    const datagrams = told.filter(({ protocol }) => protocol === 'UDP');
    expect(datagrams.length).to.be.above(0);
    expect(datagrams.every(({ peer }) => !peer.address.endsWith('.4'))).to.equal(true);
    const left = opened.dialled.length - spoken.dialled.length;
    const ofNodes = opened.dialled.filter(
      ({ from, to, protocol }) => protocol === 'UDP' && (from.kind === 'node' || to.responders[0]?.kind === 'node'),
    );
    expect(left).to.equal(ofNodes.length / 2);
  });

  it('over which the responder was to speak first are left alone, too, where flows from its node to such diallers were translated', async () => {
    // One dial alone, from a pod of node-1 to one of node-2.
    let translated = 0;
    const { opened, told } = await spokenIn(
      (dial, { from, to }) => {
        if (`${from.node}/${from.name} ${to.node}` !== 'node-1/pod-a node-2' || to.kind !== 'pod') return null;
        if (dial.protocol !== 'UDP' || translated > 0) return null;
        translated += 1;
        const view = { who: to.hello.identity, local: { address: dial.address, port: dial.port } };
        return { views: [{ ...view, peer: { address: '198.18.1.4', port: 6_732 } }] };
      },
      { ageMs: 60_000 },
    );
    expect(translated).to.equal(1);
    const betweenPods = opened.dialled.filter(
      ({ from, to, protocol, first }) =>
        [from.kind, to.responders[0]?.kind].every((kind) => kind === 'pod') &&
        protocol === 'UDP' &&
        first !== undefined,
    );
    const into = Map.groupBy(betweenPods, ({ from, to }) => `${to.node} ${from.node === to.node}`);
    expect(into.get('node-1 false')).not.to.equal(undefined);
    const speaking = told.filter(({ protocol, peer }) => protocol === 'UDP' && !peer.address.endsWith('.4'));
    // Within node-1 nothing was translated.
    const left = speaking.filter(({ probe }) => probe.node === 'node-1');
    expect(left).to.have.length(into.get('node-1 true')?.length ?? 0);
    expect(speaking.some(({ probe }) => probe.node === 'node-2')).to.equal(true);
  });

  it('are dialled anew from another port: from their own it would be the same flow', async () => {
    const { anew } = await spokenIn(forgets({ protocol: 'UDP' }));
    expect(anew.length).to.be.above(0);
    expect(new Set(anew.map(({ sourcePort }) => sourcePort))).to.deep.equal(new Set([0]));
  });

  it('are lost by right where they turn out to have been idle for longer', async () => {
    // Within 27 s when they were chosen, and not when a responder had taken its time to speak.
    const late = performance.now() + 700;
    const { spoken } = await spokenIn(forgets({ pushes: true, protocol: 'UDP', idle: 31_000 }), {
      ageMs: 26_500,
      reply: (_probe, { kind }) => {
        if (kind === 'speak') while (performance.now() < late);
        return null;
      },
    });
    const forgotten = spoken.dialled.filter(isForgotten);
    expect(new Set(forgotten.map(({ from, protocol }) => `${from.kind} ${protocol}`))).to.deep.equal(
      new Set(['pod UDP']),
    );
  });
});
