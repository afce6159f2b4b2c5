/** How often the ways of failing dials are rechecked, and how many of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../../lib/cluster/model.ts';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { throughService, type Destination } from '../../../../lib/mesh/destination.ts';
import { unknownDial, type Dialled } from '../../../../lib/mesh/dialled.ts';
import { pathOf } from '../../../../lib/mesh/pairs.ts';
import { planDials, type ExchangePlan } from '../../../../lib/mesh/plan.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { dialWays } from '../../../../lib/service-paths/own-addresses/dial-ways.ts';
import { recheck } from '../../../../lib/service-paths/own-addresses/recheck.ts';
import { newSharedWork } from '../../../../lib/verdict/shared-work.ts';
import { makeWorld } from '../../mesh/world.ts';

type Session = Parameters<typeof recheck>[1];

interface Rechecking {
  session: Session;
  /** The paths of each exchange. */
  made: string[][];
  /** The connections of each dial in it. */
  connections: (number | undefined)[];
  /** Exchanges at one moment, at most. */
  atOnce: () => number;
}

/** All rechecks are answered, or none. */
function rechecking({ nodes = 3, isDead = false }: { nodes?: number; isDead?: boolean } = {}): Rechecking {
  const { pods, nodes: hosts } = makeWorld({ nodes, families: ['IPv4', 'IPv6'] });
  const record = { outcome: isDead ? 'timeout' : 'delivered', views: [] } as unknown as DialRecord;
  const traffic = createTraffic();
  const made: string[][] = [];
  const connections: (number | undefined)[] = [];
  let [running, most] = [0, 0];
  const exchange = async (plan: Partial<Pick<ExchangePlan, 'families'>> & Omit<ExchangePlan, 'families'>) => {
    most = Math.max(most, (running += 1));
    await pause(5);
    running -= 1;
    const planned = [...planDials({ families: ['IPv4', 'IPv6'], ...plan }, traffic).values()].flat();
    made.push(planned.map(pathOf));
    connections.push(plan.times?.connections);
    return { dialled: planned.map((dial) => ({ ...unknownDial(dial, ''), inconclusive: null, record })) };
  };
  const session = { pods, nodes: hosts, exchange, once: newSharedWork().once, breaksPromise: () => true };
  return { session: session as unknown as Session, made, connections, atOnce: () => most };
}

/** Through a Service of its own, or by a port of a node. */
function serviceOf(backends: readonly Probe[], node: string | null = null): Destination {
  const addresses = { IPv4: '198.19.0.1', IPv6: 'fd00:ffff::1' };
  const via = { service: backends[0]!.uid, kind: node === null ? ('ClusterIP' as const) : ('NodePort' as const), node };
  return throughService(via, { addresses, ports: { TCP: 80, UDP: 80 }, backends });
}

function lost(
  from: Probe,
  to: Destination,
  { protocol = 'TCP', family = 'IPv4' }: Partial<Pick<Dialled, 'protocol' | 'family'>> = {},
): Dialled {
  const dial = { nonce: '', from, to, protocol, family, address: to.addresses[family]!, port: 80 };
  return unknownDial(dial, '');
}

const distinct = (all: readonly string[][]): number => new Set(all.flat()).size;

describe('rechecks', () => {
  it('dial the protocols and families that failed, in one exchange', async () => {
    const { session, made } = rechecking();
    const [from, , to] = session.pods as [Probe, Probe, Probe];
    await dialWays([lost(from, serviceOf([to]))], session);
    expect(made).to.deep.equal([[pathOf({ from, to: { id: to.uid }, protocol: 'TCP', family: 'IPv4' })]]);
    const both = rechecking();
    await dialWays([lost(from, serviceOf([to])), lost(from, serviceOf([to]), { protocol: 'UDP' })], both.session);
    expect(both.made.map(({ length }) => length)).to.deep.equal([2]);
  });

  it('wait for each other, and dial no way twice that was dialled while they waited', async () => {
    const { session, made, atOnce } = rechecking();
    const [from, , one, other] = session.pods as [Probe, Probe, Probe, Probe];
    const [first, second] = [lost(from, serviceOf([one])), lost(from, serviceOf([other]))];
    const found = await Promise.all([
      dialWays([first], session),
      dialWays([first, second], session),
      dialWays([second], session),
    ]);
    expect(found.map(({ dialled }) => dialled.length)).to.deep.equal([1, 2, 1]);
    expect([made.length, made.flat().length, atOnce()]).to.deep.equal([2, 2, 1]);
  });

  it('are of many flows where some of a dial’s got through, though one flow was rechecked at that moment', async () => {
    const { session, made, connections } = rechecking();
    const dead = lost(session.pods[0]!, serviceOf([session.pods[2]!]));
    await Promise.all([
      dialWays([dead], session),
      dialWays([{ ...dead, lossy: true }], session),
      dialWays([dead], session),
    ]);
    expect(connections).to.deep.equal([undefined, 40]);
    expect(made.map(({ length }) => length)).to.deep.equal([1, 1]);
  });

  it('are made anew later, but where the way was dead', async () => {
    for (const [isDead, times] of [
      [false, 2],
      [true, 1],
    ] as const) {
      const { session, made } = rechecking({ isDead });
      const failing = [lost(session.pods[0]!, serviceOf([session.pods[2]!]))];
      await dialWays(failing, session);
      await pause(2);
      await dialWays(failing, session);
      expect(made, String(isDead)).to.have.length(times);
    }
  });

  it('are few where very many dials fail; those whose ways are left out are in doubt, and not the Service’s', async () => {
    const { session, made } = rechecking({ nodes: 100 });
    const all = [...session.pods, ...session.nodes];
    const at = session.nodes.slice(0, 7).map(({ node }) => serviceOf([session.pods.at(-1)!], node));
    const failing = all.flatMap((from) => at.map((to) => lost(from, to)));
    const { dead, doubts } = await recheck(failing, session);
    expect(made).to.have.length(1);
    expect(distinct(made)).to.be.within(100, 300);
    expect(dead.size).to.equal(0);
    const blamed = failing.filter((dial) => !doubts.has(dial));
    expect(blamed.length).to.be.within(20, 300);
    // Of many clients, not of the first ones.
    expect(new Set(blamed.map(({ from }) => from.node)).size).to.be.greaterThan(20);
    expect(new Set(doubts.values())).to.deep.equal(new Set(['its way was not rechecked: too many dials failed']));
  });

  it('are few for a Service with many pods that is dead everywhere, in a cluster of 500 nodes', async () => {
    const { session, made } = rechecking({ nodes: 500 });
    const shared = serviceOf(session.pods.slice(0, 50));
    const failing = session.pods.flatMap((from) => Array.from({ length: 10 }, () => lost(from, shared)));
    await dialWays(failing, session);
    expect(distinct(made)).to.be.within(50, 300);
  }).timeout(30_000);

  it('are none where nothing failed', async () => {
    const { session, made } = rechecking();
    await recheck([], session);
    expect(made).to.deep.equal([]);
  });
});
