/** A flow whose datagrams have every length, evenly spread: what is lost for its length alone shows as a gap. */
import type { DialRecord } from '../../conversations/dial.ts';

type Ranges = NonNullable<DialRecord['lostLengths']>;

/** Bytes of the shortest and the longest, and how many there are. */
export interface Lengths {
  least: number;
  most: number;
  count: number;
}

const rangesTold = 64;
/** Of all, the step from one length to the next: neighbours are sent far apart, so that what is lost for a moment, or from a moment on, is no range of lengths. */
const goldenShare = 0.618;

/** Bytes of the datagram of this number, from 0. */
export function lengthOf(sequence: number, { least, most, count }: Lengths): number {
  if (count < 2) return most;
  return least + Math.round((((sequence * strideOf(count)) % count) * (most - least)) / (count - 1));
}

/** Lengths of which no datagram was answered, as ranges of those that were sent, the widest first; 64 at most. */
export function lostLengths(answered: ReadonlySet<number>, lengths: Lengths): Ranges {
  const all = new Map<number, boolean>();
  for (let sequence = 0; sequence < lengths.count; sequence += 1) {
    const bytes = lengthOf(sequence, lengths);
    all.set(bytes, (all.get(bytes) ?? false) || answered.has(sequence));
  }
  const ranges: Ranges = [];
  let open: Ranges[number] | null = null;
  for (const [bytes, isAnswered] of [...all].toSorted(([one], [other]) => one - other)) {
    if (isAnswered) open = null;
    else if (open === null) ranges.push((open = { least: bytes, most: bytes, lengths: 1 }));
    else {
      open.most = bytes;
      open.lengths += 1;
    }
  }
  return ranges.toSorted((one, other) => other.lengths - one.lengths).slice(0, rangesTold);
}

/** Without a common divisor with the count, so that each place comes once. */
function strideOf(count: number): number {
  let stride = Math.max(1, Math.floor(goldenShare * count));
  while (divisor(stride, count) > 1) stride += 1;
  return stride;
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other);
}
