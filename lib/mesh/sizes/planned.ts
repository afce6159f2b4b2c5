import type { Probe } from '../../cluster/model.ts';
import type { Family } from '../../conversations/basics.ts';
import type { Size } from '../dialled.ts';
import type { Way } from '../plan.ts';

/** According to the kernels of a way's two ends, each of the path to the other; null: not known. */
export type PathMtus = (way: Pick<Way, 'from' | 'to' | 'family'>) => { there: number | null; back: number | null };

/** Before any kernel was asked. */
export const noPathMtus: PathMtus = () => ({ there: null, back: null });

/** IP and UDP. */
const headers: Record<Family, number> = { IPv4: 28, IPv6: 48 };
/** Where no interface is known: every link that carries IPv6 has at least this. */
const leastMtu = 1_280;
const streamBytes = 256 * 1_024;
/** The largest UDP datagram over IPv4. */
const datagramLimit = 65_507;

/**
 * What must arrive: datagrams that fill a packet of the sender's, and smaller ones; a stream, between pods and between nodes. An answer is no
 * larger than its sender may send in one packet: what the other end may send is for the dial the other way.
 */
export function wholeSizes(way: Way, pathMtus: PathMtus): Size[] {
  const mtus = mtusOf(way, pathMtus);
  if (way.protocol === 'TCP') return isOfOneKind(way) ? [{ bytes: streamBytes, fragmented: false, ...mtus }] : [];
  const { back } = pathMtus(way);
  const largest = largestWhole(way, mtus);
  const answer = datagramOf(way, [mtus.otherMtu, back ?? mtus.mtu]);
  return [largest, Math.floor((largest * 2) / 3)].map((bytes) => ({
    bytes,
    fragmented: false,
    ...(answer < bytes ? { answerBytes: answer } : {}),
    ...mtus,
  }));
}

/** Of a question that is told apart from what else arrives, and less than a short frame holds: `lib/probe/speech/speech.ts`. */
const leastBytes = 15;

/** The least that a probe can ask. */
export function leastSize(way: Way, pathMtus: PathMtus): Size {
  return { bytes: leastBytes, small: true, fragmented: false, ...mtusOf(way, pathMtus) };
}

/** As large as the sender's interface allows, whatever the kernel may have learned about the path. */
export function sizeAhead(way: Way): Size[] {
  const mtus = mtusOf(way, noPathMtus);
  const bytes = datagramOf(way, [mtus.mtu]);
  const answer = datagramOf(way, [mtus.otherMtu]);
  return [{ bytes, fragmented: false, ...(answer < bytes ? { answerBytes: answer } : {}), ...mtus }];
}

/**
 * What must arrive through a Service, by way of these: what is on the way is more than the ends tell, so that the narrowest of them counts,
 * whichever end knows of it. That large ones arrive without a Service is for other clauses.
 */
export function wholeSizesThrough(way: Way, over: readonly Way[], pathMtus: PathMtus): Size[] {
  const all = over.map((one) => mtusOf(one, pathMtus));
  const mtu = smallest(all.flatMap((one) => [one.mtu, one.otherMtu]));
  const pathMtu = smallest(over.flatMap((one) => [pathMtus(one).there, pathMtus(one).back]));
  const size = { fragmented: false, mtu, otherMtu: mtu, pathMtu };
  if (way.protocol === 'TCP') return mayBeByLoopback(way, pathMtus) ? [] : [{ bytes: streamBytes, ...size }];
  const largest = datagramOf(way, [mtu, pathMtu]);
  return [largest, Math.floor((largest * 2) / 3)].map((bytes) => ({ bytes, ...size }));
}

/**
 * A node's own address (its NodePorts, or all of IPVS's ClusterIPs): its kernel offers segments of 64 KiB to whoever answers there. Seen on flannel, from
 * each of three nodes: a stream to a pod elsewhere was not over within 2 s, and was within 4 s, on a healthy network.
 */
function mayBeByLoopback({ from, to, family }: Way, pathMtus: PathMtus): boolean {
  if (from.kind !== 'node') return false;
  const { there } = pathMtus({ from, to, family });
  return there === null || there > Math.max(0, ...from.hello.interfaces.map(({ mtu }) => mtu ?? 0));
}

/**
 * One that needs a second fragment, one that needs several, and the largest possible. Who has a larger interface answers with a whole packet: where pods are masqueraded,
 * a packet of more than theirs meets their node, which says so to the other node, and that takes it for the path between the nodes: for ten minutes, tunnels included.
 */
export function fragmentedSizes(way: Way, pathMtus: PathMtus): Size[] {
  const mtus = mtusOf(way, pathMtus);
  const { mtu, otherMtu } = mtus;
  const whole = largestWhole(way, mtus);
  const answer = (otherMtu ?? 0) > (mtu ?? Infinity) ? { answerBytes: whole } : {};
  // A larger interface than the path allows sends it unfragmented, until the kernel has learned better.
  const first = Math.max(whole, (mtu ?? 0) - headers[way.family]) + 1;
  return [...new Set([first, 8_192, datagramLimit])]
    .filter((bytes) => bytes >= first)
    .map((bytes) => ({ bytes, fragmented: true, ...answer, ...mtus }));
}

type Mtus = Record<'mtu' | 'otherMtu' | 'pathMtu', number | null>;

/** By the sender's own interface and kernel. Where its kernel tells nothing, the other end's interface counts as well: nothing would have told of it. */
function largestWhole(way: Way, { mtu, otherMtu, pathMtu }: Mtus): number {
  return datagramOf(way, [mtu, pathMtu ?? otherMtu]);
}

/** The largest datagram in a packet that none of these is too small for. */
function datagramOf({ family }: Pick<Way, 'family'>, mtus: (number | null)[]): number {
  return Math.min((smallest(mtus) ?? leastMtu) - headers[family], datagramLimit);
}

function mtusOf(way: Pick<Way, 'from' | 'to' | 'family'>, pathMtus: PathMtus): Mtus {
  return {
    mtu: mtuOf(way.from, way.family),
    otherMtu: smallest(way.to.responders.map((probe) => mtuOf(probe, way.family))),
    pathMtu: pathMtus(way).there,
  };
}

function smallest(mtus: readonly (number | null)[]): number | null {
  const known = mtus.filter((mtu) => mtu !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Of the interface that carries the probe's address. */
function mtuOf({ hello, addresses }: Probe, family: Family): number | null {
  const own = hello.interfaces.filter((one) => one.family === family && one.mtu !== null);
  return (own.find(({ address }) => address === addresses[family]) ?? own[0])?.mtu ?? null;
}

/** Pods at both ends, or nodes. */
export function isOfOneKind({ from, to }: Pick<Way, 'from' | 'to'>): boolean {
  return to.responders.every(({ kind }) => kind === from.kind);
}
