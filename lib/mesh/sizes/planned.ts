import type { Probe } from '../../cluster/model.ts';
import type { Family } from '../../conversations/basics.ts';
import type { Size } from '../dialled.ts';
import type { Way } from '../plan.ts';

/** By the kernel of a way's source; null: not known. */
export type PathMtus = (way: Pick<Way, 'from' | 'to' | 'family'>) => number | null;

/** IP and UDP. */
const headers: Record<Family, number> = { IPv4: 28, IPv6: 48 };
/** Where no interface tells: every link that carries IPv6 has as much. */
const leastMtu = 1_280;
const streamBytes = 256 * 1_024;
/** More than that no UDP datagram over IPv4 can have. */
const datagramLimit = 65_507;

/** What must arrive whole: as much as a packet between the two may have, and some less; a stream, between pods and between nodes. */
export function wholeSizes(way: Way, pathMtus: PathMtus): Size[] {
  const size = { fragmented: false, ...mtusOf(way, pathMtus) };
  if (way.protocol === 'TCP') return isOfOneKind(way) ? [{ ...size, bytes: streamBytes }] : [];
  const largest = largestWhole(way, pathMtus);
  return [largest, Math.floor((largest * 2) / 3)].map((bytes) => ({ ...size, bytes }));
}

/** As much as goes over the interfaces, whatever the kernel may have learned of the path. */
export function sizeAhead(way: Way): Size[] {
  return wholeSizes({ ...way, protocol: 'UDP' }, () => null).slice(0, 1);
}

/** One that needs a second fragment, some, and the largest of all. */
export function fragmentedSizes(way: Way, pathMtus: PathMtus): Size[] {
  const largest = largestWhole(way, pathMtus);
  const { mtu, pathMtu } = mtusOf(way, pathMtus);
  // A larger interface at the sender's end sends it whole, and nobody says that the other end takes it.
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

/** The smaller of both ends counts: nobody promises that a network carries what one of them can't take. */
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
