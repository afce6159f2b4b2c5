import type { Probe } from '../../cluster/model.ts';
import type { Family } from '../../conversations/basics.ts';
import type { Size } from '../dialled.ts';
import type { Way } from '../plan.ts';

/** According to the kernel of a path's source; null: not known. */
export type PathMtus = (way: Pick<Way, 'from' | 'to' | 'family'>) => number | null;

/** IP and UDP. */
const headers: Record<Family, number> = { IPv4: 28, IPv6: 48 };
/** Where no interface is known: every link that carries IPv6 has at least this. */
const leastMtu = 1_280;
const streamBytes = 256 * 1_024;
/** The largest UDP datagram over IPv4. */
const datagramLimit = 65_507;

/** What must arrive: datagrams that fill a packet between the two, and smaller ones; a stream, between pods and between nodes. */
export function wholeSizes(way: Way, pathMtus: PathMtus): Size[] {
  const size = { fragmented: false, ...mtusOf(way, pathMtus) };
  if (way.protocol === 'TCP') return isOfOneKind(way) ? [{ ...size, bytes: streamBytes }] : [];
  const largest = largestWhole(way, pathMtus);
  return [largest, Math.floor((largest * 2) / 3)].map((bytes) => ({ ...size, bytes }));
}

/** As large as the interfaces allow, whatever the kernel may have learned about the path. */
export function sizeAhead(way: Way): Size[] {
  return wholeSizes({ ...way, protocol: 'UDP' }, () => null).slice(0, 1);
}

/** One that needs a second fragment, one that needs several, and the largest possible. */
export function fragmentedSizes(way: Way, pathMtus: PathMtus): Size[] {
  const largest = largestWhole(way, pathMtus);
  const { mtu, pathMtu } = mtusOf(way, pathMtus);
  // A larger interface at the sender's end sends it unfragmented, and the other end need not accept it.
  const first = Math.max(largest, (mtuOf(way.from, way.family) ?? 0) - headers[way.family]) + 1;
  return [...new Set([first, 8_192, datagramLimit])]
    .filter((bytes) => bytes >= first)
    .map((bytes) => ({ bytes, fragmented: true, mtu, pathMtu }));
}

function largestWhole(way: Way, pathMtus: PathMtus): number {
  const { mtu, pathMtu } = mtusOf(way, pathMtus);
  const known = [mtu, pathMtu].filter((one) => one !== null);
  const packet = known.length === 0 ? leastMtu : Math.min(...known);
  return Math.min(packet - headers[way.family], datagramLimit);
}

/** The smaller of both ends counts: no promise covers what one of them can't accept. */
function mtusOf(way: Pick<Way, 'from' | 'to' | 'family'>, pathMtus: PathMtus): Pick<Size, 'mtu' | 'pathMtu'> {
  const ends = [way.from, ...way.to.responders].map((probe) => mtuOf(probe, way.family)).filter((mtu) => mtu !== null);
  return { mtu: ends.length === 0 ? null : Math.min(...ends), pathMtu: pathMtus(way) };
}

/** Of the interface that carries the probe's address. */
function mtuOf({ hello, addresses }: Probe, family: Family): number | null {
  const own = hello.interfaces.filter((one) => one.family === family && one.mtu !== null);
  return (own.find(({ address }) => address === addresses[family]) ?? own[0])?.mtu ?? null;
}

function isOfOneKind({ from, to }: Way): boolean {
  return to.responders.every(({ kind }) => kind === from.kind);
}
