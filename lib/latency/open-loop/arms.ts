/** What one path of an open loop looks like by itself. */
import type { Interval } from '../../statistics/interval.ts';
import { quantileBounds, type Bounds } from '../../statistics/order-statistics.ts';
import type { Random } from '../../statistics/random.ts';
import { tailOf, type Tail } from '../../statistics/tail.ts';
import { wilson } from '../../statistics/wilson.ts';
import type { Path } from '../../service-paths/path.ts';
import { isAnswered, jitterOf, type Answered, type Jitter } from './jitter.ts';
import type { Stream } from './measured.ts';

/** Microseconds, where it is not a count. null: nothing was answered. */
export interface OpenLoopArm {
  path: Path;
  packets: number;
  lost: number;
  /** Of 1, with its interval. */
  loss: Interval;
  duplicates: number;
  tooLate: number;
  /** From the actual send. */
  roundTrip: Tail | null;
  /** From the moment when it was due: with the sender's own lateness. */
  fromSchedule: Tail | null;
  /** Round trip minus the fastest of the same pair: p999 is the delay variation of ITU-T Y.1541, of both ways together. */
  variation: Tail | null;
  /** Where its p99.9 is, at 95 % (null: with so few packets that end is open). */
  variationP999: Bounds | null;
  /** On the way there and on the way back; the offset between the two clocks cancels out. */
  jitterThere: Jitter | null;
  jitterBack: Jitter | null;
  /** The longest that a listener, to whom answers should come every 20 ms, waited for the next one. */
  longestGap: number | null;
}

/** Streams of one path, one a pair. */
export function armOf(
  path: Path,
  { streams, random, intervalUs }: { streams: readonly Stream[]; random: Random; intervalUs: number },
): OpenLoopArm {
  const each = streams.map(({ packets }) => packets.filter(isAnswered)).filter(({ length }) => length > 0);
  const sent = sum(streams.map(({ packets }) => packets.length));
  const lost = sent - sum(each.map(({ length }) => length));
  const tail = (of: (packet: Answered) => number): Tail | null =>
    each.length === 0 ? null : tailOf(each.flatMap((packets) => packets.map((packet) => of(packet) / 1000)));
  const variation = each.flatMap((packets) => {
    const fastest = packets.reduce((least, one) => Math.min(least, one.roundTripNs), Infinity);
    return packets.map(({ roundTripNs }) => (roundTripNs - fastest) / 1000);
  });
  const gaps = streams.flatMap((stream) => gapOf(stream, intervalUs) ?? []);
  return {
    path,
    packets: sent,
    lost,
    loss: wilson(lost, { trials: sent }),
    duplicates: sum(streams.map(({ duplicates }) => duplicates)),
    tooLate: sum(streams.map(({ tooLate }) => tooLate)),
    roundTrip: tail(({ roundTripNs }) => roundTripNs),
    fromSchedule: tail(({ roundTripNs, lateNs }) => roundTripNs + lateNs),
    variation: each.length === 0 ? null : tailOf(variation),
    variationP999: each.length === 0 ? null : quantileBounds(variation, { probability: 0.999 }),
    jitterThere: jitterOf(each, { way: 'there', random }),
    jitterBack: jitterOf(each, { way: 'back', random }),
    longestGap: gaps.length === 0 ? null : Math.max(...gaps),
  };
}

/** By the interval that a packet belongs to: its slot within the interval changes, and that is no gap. */
function gapOf({ packets }: Stream, intervalUs: number): number | null {
  const arrivals = packets
    .flatMap((packet, n) => (isAnswered(packet) ? [n * intervalUs + (packet.lateNs + packet.roundTripNs) / 1000] : []))
    .toSorted((a, b) => a - b);
  if (arrivals.length < 2) return null;
  return arrivals.slice(1).reduce((most, at, n) => Math.max(most, at - arrivals[n]!), 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
