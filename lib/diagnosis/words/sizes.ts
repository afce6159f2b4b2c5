import { median } from '../../statistics/quantile.ts';
import type { Edge } from '../../verdict/run.ts';

/** "above 1372 bytes of UDP (packets of 1400 bytes)", where that was searched, else "at 1472 bytes of UDP". */
export function fromWhichSize(edges: Edge[]): string {
  const searched = edges.filter(({ size }) => size?.passes !== undefined);
  const telling = searched.find(({ protocol }) => protocol === 'UDP') ?? searched[0] ?? edges[0];
  const same = searched.filter(({ protocol }) => protocol === telling?.protocol);
  const least = same.toSorted((one, other) => (one.size?.passes ?? 0) - (other.size?.passes ?? 0))[0] ?? telling;
  if (least?.size === undefined) return 'from a certain size on';
  const { passes, bytes } = least.size;
  if (passes === undefined) return `at ${bytes} bytes of ${least.protocol}`;
  if (least.protocol === 'TCP') return `above ${passes} bytes of a TCP stream`;
  return `above ${passes} bytes of UDP ${inPackets(passes, least.family)}`;
}

const longBytes = 256 * 1_024;

/** "after 10 datagrams and 29083 bytes of a TCP stream": of the dials that were asked calmly the longest flow of datagrams, half of which pass no more (load takes some of one or another; and where answers that come late are counted with later questions, fewer pass), and the shortest stream. */
export function afterHowMuch(edges: readonly Edge[]): string {
  const calm = edges.filter(({ rounds, protocol }) => protocol === 'UDP' && rounds.length > 1);
  const telling = calm.length > 0 ? calm : edges;
  const datagrams = telling.flatMap(({ rounds }) => rounds.at(-1)?.cutOff?.most ?? []);
  const bytes = edges.flatMap(({ protocol, size }) => (protocol === 'TCP' ? (size?.passes ?? []) : []));
  const parts = [
    ...(datagrams.length === 0 ? [] : [`${Math.round(median(datagrams))} datagrams`]),
    ...(bytes.length === 0 ? [] : [`${bytesWords(Math.min(...bytes))} of a TCP stream`]),
  ];
  return `after ${parts.join(' and ')}`;
}

/** What is long is not searched to the byte. */
function bytesWords(bytes: number): string {
  return bytes < longBytes ? `${bytes} bytes` : `about ${Math.round(bytes / 1_024)} KiB`;
}

/** "below 32 bytes of UDP (packets of 60 bytes)", where that was searched, else "at 15 bytes of UDP". */
export function belowWhichSize(edges: Edge[]): string {
  const searched = edges.filter(({ size }) => size?.passes !== undefined);
  const most = searched.toSorted((one, other) => (other.size?.passes ?? 0) - (one.size?.passes ?? 0))[0] ?? edges[0];
  const { passes, bytes = 0 } = most?.size ?? {};
  if (passes === undefined) return `at ${bytes} bytes of UDP`;
  return `below ${passes} bytes of UDP ${inPackets(passes, most?.family)}`;
}

const rangesNamed = 3;

/** "in datagrams of 513 bytes of UDP (packets of 541 bytes)", "in datagrams of 100 to 107, 513 and 600 bytes of UDP". */
export function ofWhichLength(edges: Edge[]): string {
  const ranges = edges.flatMap(({ size }) => size?.alone ?? []);
  const all = [...new Map(ranges.map((one) => [`${one.least} ${one.most}`, one])).values()];
  const inOrder = all.toSorted((one, other) => one.least - other.least);
  const named = inOrder
    .slice(0, rangesNamed)
    .map(({ least, most }) => (least === most ? `${least}` : `${least} to ${most}`));
  const more = inOrder.length - named.length;
  const words = [...named, ...(more > 0 ? [`${more} more lengths`] : [])];
  const last = words.pop() ?? '';
  const [only] = all.length === 1 ? all : [];
  const packets = only !== undefined && only.least === only.most ? ` ${inPackets(only.least, edges[0]?.family)}` : '';
  return `in datagrams of ${words.length === 0 ? '' : `${words.join(', ')} and `}${last} bytes of UDP${packets}`;
}

function inPackets(bytes: number, family: Edge['family'] | undefined): string {
  return `(packets of ${packetOf(bytes, family)} bytes)`;
}

/** Bytes of the packet that carries so many of UDP, with the headers of UDP and IP. */
export function packetOf(bytes: number, family: Edge['family'] | undefined): number {
  return bytes + (family === 'IPv6' ? 48 : 28);
}
