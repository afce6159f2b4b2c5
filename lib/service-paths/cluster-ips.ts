/** Services over the run's own pods, and one exchange through them that clauses share. */
import type { Probe } from '../cluster/model.ts';
import { awaitAnswers, type Awaited } from '../mesh/awaited.ts';
import { isItself, type Destination } from '../mesh/destination.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import { partOf } from '../mesh/exchange.ts';
import { heldFlows, type Held } from '../mesh/held/hold.ts';
import { everyPair, itself, pairOf, type PairRule } from '../mesh/pairs.ts';
import { isSound } from '../mesh/rounds/merge.ts';
import { holdingTimes } from '../mesh/times.ts';
import type { Session } from '../verdict/session.ts';
import type { WorkKey } from '../verdict/shared-work.ts';
import { placesFor } from './further/places.ts';
import { judgedOnHostNetwork, servicesOnHostNetwork, type OnHostNetwork } from './host-network/host-network.ts';
import { dialWays } from './own-addresses/dial-ways.ts';
import { mayBeOfItsWay } from './own-addresses/ways.ts';
import { programmedWithinMs, servicesOverPods, sharedPorts, type OwnServices } from './own-services.ts';
import { dialledBy, firstOfNodes, ownAndNext } from './who-dials.ts';

export interface ThroughClusterIPs extends OwnServices {
  /** All dials but those of pods to themselves; of these those that pods make; and the dials of pods to themselves. */
  others: Exchanged;
  fromPods: Exchanged;
  selves: Exchanged;
  /** Services with a pod on the host network, and what was dialled through them: it is in none of the others. */
  hosts: Destination[];
  onHostNetwork: OnHostNetwork;
  /** Until every node knew the Services. */
  awaited: Awaited;
  /** Pods without a Service of their own, since there are very many. */
  withoutService: number;
  /** Flows that stay open; null where this run holds none. */
  held: Held | null;
}

/** A proxy that lost its watch opens it again after up to 30 s and as much jitter (client-go): after 14 s without an API server kubelets took 54 s. */
const watchedAgainWithinMs = 60_000;

/** Nodes whose pods, and which themselves, hold flows: two to each of two places, of each protocol and family. */
const holdingAtMost = 100;

type Needed = Pick<
  Session,
  'pods' | 'nodes' | 'families' | 'exchange' | 'breaksPromise' | 'createServices' | 'once' | 'begun' | 'roundTripMs'
>;

const dialled: WorkKey<ThroughClusterIPs> = { name: 'dials through ClusterIPs' };

/** Makes the Services, waits until they are known, and dials them from every probe: once in a run. Throws what `createServices` throws. */
export function throughClusterIPs(session: Needed): Promise<ThroughClusterIPs> {
  return session.once(dialled, () => dialAll(session));
}

/** Flows through ClusterIPs that have been idle since another clause dialled them; null where none has. */
export async function heldThroughClusterIPs({ begun }: Pick<Session, 'begun'>): Promise<Held | null> {
  const through = await begun(dialled)?.catch(() => null);
  return through?.held ?? null;
}

async function dialAll(session: Needed): Promise<ThroughClusterIPs> {
  const { pods, nodes, families, exchange } = session;
  const clients = [...pods, ...nodes];
  const ordinary = await exchange({ from: clients, to: clients, pairs: everyPair });
  const { single, shared } = await servicesOverPods(session);
  const { hosts, without } = await servicesOnHostNetwork(session);
  const chosen = dialledBy(clients, { single, shared, hosts });
  const isBroken = brokenIn(ordinary);
  // Who gets nothing through to one of its pods would lose a share of its dials, whatever the Service does; to ask all of them again took 10 s.
  const isKnown = dialledIn(ordinary);
  // Hosts have firewalls of their own: of very many pairs some were not dialled without a Service, and nothing is known of those.
  const isTold: PairRule = (from, to) => !hosts.includes(to) || to.mayAnswer.has(from.uid) || isKnown(from, to);
  const pairs: PairRule = (from, to) => chosen(from, to) && isTold(from, to) && !(to === shared && isBroken(from, to));
  const plan = { from: clients, to: [...single, shared, ...hosts], pairs };
  const awaited = await awaitAnswers(
    { ...plan, families, pairs: oneOfEachNode(pairs, isBroken) },
    { withinMs: programmedWithinMs, firstWithinMs: watchedAgainWithinMs, roundTripMs: session.roundTripMs() },
  );
  const exchanged = await exchange({
    ...plan,
    ports: ({ to }) => (to === shared ? [...sharedPorts] : [to.ports.TCP!]),
  });
  const toPods = { from: clients, to: [...single, shared] };
  const others = partOf(exchanged, { ...toPods, pairs: everyPair });
  const fromPods = partOf(exchanged, { ...toPods, from: pods, pairs: everyPair });
  const selves = partOf(exchanged, { ...toPods, pairs: itself });
  // They are not excused. But what has died meanwhile breaks the promises of those ways, and is one cause with them.
  await dialWays(newlyFailing([...others.dialled, ...selves.dialled], isBroken), session);
  const atHosts = partOf(exchanged, { ...plan, to: hosts });
  return {
    single,
    shared,
    others,
    fromPods,
    selves,
    hosts,
    onHostNetwork: await judgedOnHostNetwork(atHosts, { session, toPods: fromPods, without }),
    awaited,
    withoutService: pods.length - single.length,
    held: session.begun(heldFlows) === null ? null : await holdFlowsThrough(single, session),
  };
}

/** To one pod of the own node and one of the next; null where there are but two pods. */
async function holdFlowsThrough(single: Destination[], { pods, nodes, exchange }: Needed): Promise<Held | null> {
  // A pod that leaves another Service meanwhile may take flows of this one with it: Cilium destroys sockets of nodes.
  const moving = new Set(pods.length < 2 ? [] : Object.values(placesFor({ pods, nodes }).moving).map(({ uid }) => uid));
  const to = single.filter(({ responders }) => !responders.some(({ uid }) => moving.has(uid)));
  if (to.length === 0) return null;
  // A pod that is behind none of them can dial that of its own node.
  const behind = new Set(to.flatMap(({ responders }) => responders.map(({ uid }) => uid)));
  const others = pods.toSorted((one, other) => Number(behind.has(one.uid)) - Number(behind.has(other.uid)));
  const from = firstOfNodes({ pods: others, nodes }, { most: holdingAtMost });
  const opened = await exchange({ from, to, pairs: ownAndNext(from, to), hold: true, times: holdingTimes });
  return { opened, atMs: performance.now() };
}

/** Whether its ways are broken is asked once of each pair: a client dials the Service with many pods through ten ports. */
function newlyFailing(all: readonly Dialled[], isBroken: PairRule): Dialled[] {
  const pairs = Map.groupBy(all.filter(mayBeOfItsWay), pairOf);
  return [...pairs.values()].filter(([first]) => first !== undefined && !isBroken(first.from, first.to)).flat();
}

/** Whether a probe's dials to one of these pods, at its own address, failed. */
function brokenIn(ordinary: Exchanged): PairRule {
  return dialledIn({ dialled: ordinary.dialled.filter((dial) => !isSound(dial)) });
}

/** Pairs of a probe and what is behind a destination, of which one was dialled. */
function dialledIn(ordinary: Pick<Exchanged, 'dialled'>): PairRule {
  const known = new Set(ordinary.dialled.map(pairOf));
  return (from, { responders }) => responders.some(({ uid }) => known.has(pairOf({ from, to: { id: uid } })));
}

/** One pod of each node waits for a Service, and the node itself: pods share one translator, and a node may have another (kube-proxy beside Cilium). Where its pods can't be reached at their own addresses, nobody waits. */
function oneOfEachNode(chosen: PairRule, isBroken: PairRule): PairRule {
  const waiting = new Map<string, Probe>();
  return (from, to) => {
    if (!chosen(from, to) || isItself(from, to) || isBroken(from, to)) return false;
    const key = `${from.node} ${from.kind} ${to.id}`;
    const first = waiting.get(key) ?? from;
    waiting.set(key, first);
    return first === from;
  };
}
