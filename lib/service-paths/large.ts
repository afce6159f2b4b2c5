/** As much as packets may contain, through Services: what small ones pass may lose large ones. */
import type { Exchanged } from '../mesh/dialled.ts';
import { pairOf, pathOf, type Ends, type PairRule } from '../mesh/pairs.ts';
import type { ExchangePlan, Way } from '../mesh/plan.ts';
import { askPathMtus } from '../mesh/sizes/path-mtu.ts';
import { noPathMtus, wholeSizesThrough } from '../mesh/sizes/planned.ts';
import { searchLargest } from '../mesh/sizes/search.ts';
import { aheadTimes, wholeTimes } from '../mesh/times.ts';
import { throughClusterIPs } from './cluster-ips.ts';
import { dialWays } from './own-addresses/dial-ways.ts';
import { isFailing, mayBeOfItsWay, waysThrough } from './own-addresses/ways.ts';
import { firstOfNodes, ownAndNext } from './who-dials.ts';

/** Nodes whose pods, and which themselves, send them. */
export const sendingAtMost = 100;

type Needed = Parameters<typeof throughClusterIPs>[0];

/** With the ways on which no stream is sent, since a node's own loopback would carry it. */
export interface Large extends Exchanged {
  byLoopback: readonly Way[];
}

/** From a pod of each node and the node itself, through the ClusterIPs of a pod of the same node and of one of the next. Throws what `throughClusterIPs` throws. */
export async function largeThroughClusterIPs(session: Needed): Promise<Large> {
  const { single, others } = await throughClusterIPs(session);
  const from = firstOfNodes(session, { most: sendingAtMost });
  return sendLarge({ from, to: single, pairs: ownAndNext(from, single) }, { small: others, session });
}

/**
 * Sends streams, and datagrams that fill a packet, where small ones are answered, and searches for the size that does arrive where those do not. What
 * fails is dialled at the pods' own addresses as well: what large packets meet there is no fault of the Service's.
 */
export async function sendLarge(
  plan: Pick<ExchangePlan, 'from' | 'to'> & { pairs: PairRule },
  { small, session }: { small: Exchanged; session: Omit<Needed, 'createServices' | 'begun'> },
): Promise<Large> {
  const { exchange } = session;
  const tried = new Set(small.dialled.map(pairOf));
  // In large clusters each client dials some of the Services only.
  const further = await exchange({
    ...plan,
    pairs: (from, to) => plan.pairs(from, to) && !tried.has(pairOf({ from, to })),
  });
  const failing = new Set([...small.dialled, ...further.dialled].filter(isFailing).map(pathOf));
  const waysOf = waysThrough(session);
  const over = ({ protocol, family, ...ends }: Way): Way[] =>
    [ends, ...waysOf(ends.from, ends.to)].map((one: Ends) => ({ ...one, protocol, family }));
  const byLoopback = new Map<string, Way>();
  const sizes =
    (pathMtus = noPathMtus) =>
    (way: Way) => {
      if (failing.has(pathOf(way))) return [];
      const found = wholeSizesThrough(way, over(way), pathMtus);
      if (found.length === 0) byLoopback.set(pathOf(way), way);
      return found;
    };
  const ahead = await exchange({
    ...plan,
    protocols: ['UDP'],
    sizes: (way) => sizes()(way).slice(0, 1),
    times: aheadTimes,
    ahead: true,
  });
  const pathMtus = await askPathMtus(ahead.dialled.flatMap(over));
  const large = await exchange({ ...plan, sizes: sizes(pathMtus), times: wholeTimes });
  const { dialled } = await dialWays(large.dialled.filter(mayBeOfItsWay), session);
  await searchLargest([...large.dialled, ...dialled], exchange);
  return { ...large, byLoopback: [...byLoopback.values()] };
}
