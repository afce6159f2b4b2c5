import type { Probe } from '../cluster/model.ts';
import type { Destination } from '../mesh/destination.ts';
import { listenOnPorts, type Listening } from '../mesh/listen.ts';
import { pairOf } from '../mesh/pairs.ts';

/**
 * Low, registered and ephemeral ones, beside the port where every pod listens anyway: what enforces policies may look at some ports only. A pod
 * that can't have one of them listens beside it.
 */
export const otherPorts = [1_023, 8_090, 20_000, 36_000, 61_000];

/** What policies open of them: some, with the ports beside those. Others are below it and above. */
export const openRange = { port: 8_090, endPort: 40_000 };

/** Makes every pod listen on more ports. Throws an Error where one can't: then nothing is known of ports. */
export async function listenOnOther(pods: Probe[]): Promise<Listening['ports']> {
  const { ports, failures } = await listenOnPorts(pods, otherPorts);
  if (failures.length > 0) throw new Error(failures.slice(0, 3).join('; '));
  return ports;
}

/** A pair at one port: how `Ways.leftOut` names what is not dialled there. */
export function pairAtPort(dial: Parameters<typeof pairOf>[0] & { port: number }): string {
  return `${pairOf(dial)} at ${dial.port}`;
}

/** Ports of a Service of its own node that a pod dials beside the usual one, as far as the pod behind listens there: the client's node translates, and enforces both directions. */
export function portsThrough({ from, to, all }: Omit<Pair, 'place'>): number[] {
  return from.node === to.node ? (to.via?.alike ?? []).filter((port) => all.includes(port)) : [];
}

const podsOfNode = 2;
/** A pod's own and two others: so many it dials at other ports, see `ways.ts`. */
const nodesAtMost = 3;

interface Pair {
  from: Probe;
  to: Destination;
  /** Which of the nodes that the pod dials: its own is 0, then 1 and so on. */
  place: number;
  /** The other ports of the pod that is dialled. */
  all: readonly number[];
}

/**
 * Which other port a pod dials another at: the five that it dials at five of them, and so is it dialled. On two nodes there are three, on one there is one, which is dialled at each. `turn`: other pairs take
 * other ports in each run.
 */
export function sharedOut(pods: readonly Probe[], { turn }: { turn: number }): (pair: Pair) => number[] {
  const byNode = Map.groupBy(pods, ({ node }) => node);
  const seats = new Map([...byNode.values()].flatMap((own) => own.map(({ uid }, n) => [uid, n] as const)));
  const seatOf = (uid: string): number => seats.get(uid) ?? 0;
  const dialled = podsOfNode * Math.min(byNode.size, nodesAtMost) - 1;
  return ({ from, to, place, all }) => {
    const share = shareOf(all, dialled);
    // In one ring of all these pods, how far ahead the one is of the other: 1 to 5.
    const ring = podsOfNode * nodesAtMost;
    const ahead = (podsOfNode * place + seatOf(to.id) - seatOf(from.uid) + ring) % ring;
    return nextOf(all, { from: ahead * share + turn, count: share });
  };
}

/** The same between pods that came later, one on each node, and those that were there: each dials, and is dialled, at all of them on three nodes and more. */
export function sharedWithLater(
  pods: readonly Probe[],
  { later, turn }: { later: ReadonlySet<string>; turn: number },
): (pair: Pair) => number[] {
  const byNode = Map.groupBy(pods, ({ node }) => node);
  const seats = new Map([...byNode.values()].flatMap((own) => own.map(({ uid }, n) => [uid, n] as const)));
  const dialled = podsOfNode * Math.min(byNode.size, nodesAtMost);
  return ({ from, to, place, all }) => {
    if (later.has(from.uid) === later.has(to.id)) return [];
    const seat = seats.get(later.has(to.id) ? from.uid : to.id) ?? 0;
    const share = shareOf(all, dialled);
    return nextOf(all, { from: (podsOfNode * place + seat) * share + turn, count: share });
  };
}

function shareOf(all: readonly number[], dialled: number): number {
  return Math.max(1, Math.floor(all.length / dialled));
}

function nextOf(all: readonly number[], { from, count }: { from: number; count: number }): number[] {
  return all.length <= count ? [...all] : Array.from({ length: count }, (_, n) => all[(from + n) % all.length]!);
}
