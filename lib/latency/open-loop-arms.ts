/** What one path of an open loop looks like by itself. */
import { bootstrapPairs } from '../statistics/bootstrap.ts';
import type { Interval } from '../statistics/interval.ts';
import { interarrivalJitter } from '../statistics/jitter.ts';
import { median } from '../statistics/quantile.ts';
import type { Random } from '../statistics/random.ts';
import { tailOf, type Tail } from '../statistics/tail.ts';
import { wilson } from '../statistics/wilson.ts';
import type { Path } from './measured.ts';
import { sentNs, type Packet, type Stream } from './open-loop-measured.ts';

/** RFC 3550's running jitter: its median over the run with a 95 % interval, and the most that it came to. Microseconds. */
export interface Jitter extends Interval {
  p50: number;
  most: number;
}

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
  /** Round trip less the fastest of the same pair: p999 is the delay variation of ITU-T Y.1541, of both ways together. */
  variation: Tail | null;
  /** On the way there and on the way back; the two clocks' offset falls out. */
  jitterThere: Jitter | null;
  jitterBack: Jitter | null;
  /** The longest that a listener waited from one answer to the next, were they 20 ms apart. */
  longestGap: number | null;
}

export type Way = 'there' | 'back';
type Answered = Packet & { roundTripNs: number; responderNs: number };

/** Streams of one path, one a pair. */
export function armOf(
  path: Path,
  { streams, random, intervalUs }: { streams: readonly Stream[]; random: Random; intervalUs: number },
): OpenLoopArm {
  const each = streams.map(({ packets }) => packets.filter(isAnswered)).filter(({ length }) => length > 0);
  const sent = sum(streams.map(({ packets }) => packets.length));
  const lost = sent - sum(each.map(({ length }) => length));
  const tail = (of: (packet: Answered, fastest: number) => number): Tail | null =>
    each.length === 0
      ? null
      : tailOf(
          each.flatMap((packets) => {
            const fastest = packets.reduce((least, one) => Math.min(least, one.roundTripNs), Infinity);
            return packets.map((packet) => of(packet, fastest) / 1000);
          }),
        );
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
    variation: tail(({ roundTripNs }, fastest) => roundTripNs - fastest),
    jitterThere: jitterOf(each, { way: 'there', random }),
    jitterBack: jitterOf(each, { way: 'back', random }),
    longestGap: gaps.length === 0 ? null : Math.max(...gaps),
  };
}

/** RFC 3550's jitter after each answered packet but the first, by actual send times. Microseconds. */
export function jitterSeries(packets: readonly Packet[], way: Way): Float64Array {
  const answered = packets.filter(isAnswered);
  const responder = answered.map(({ responderNs }) => responderNs);
  const series =
    way === 'there'
      ? interarrivalJitter(answered.map(sentNs), responder)
      : interarrivalJitter(
          responder,
          answered.map((packet) => sentNs(packet) + packet.roundTripNs),
        );
  return series.map((ns) => ns / 1000);
}

function jitterOf(
  each: readonly (readonly Answered[])[],
  { way, random }: { way: Way; random: Random },
): Jitter | null {
  const series = each.map((packets) => jitterSeries(packets, way)).filter(({ length }) => length > 0);
  if (series.length === 0) return null;
  const together = series.flatMap((one) => [...one]);
  const { lower, upper } = bootstrapPairs(series, { random });
  return {
    p50: median(together),
    lower,
    upper,
    most: Math.max(...series.map((one) => one.reduce((a, b) => Math.max(a, b)))),
  };
}

/** On the even beat of the schedule: places within the interval change, and that is no gap. */
function gapOf({ packets }: Stream, intervalUs: number): number | null {
  const arrivals = packets
    .flatMap((packet, n) => (isAnswered(packet) ? [n * intervalUs + (packet.lateNs + packet.roundTripNs) / 1000] : []))
    .toSorted((a, b) => a - b);
  if (arrivals.length < 2) return null;
  return arrivals.slice(1).reduce((most, at, n) => Math.max(most, at - arrivals[n]!), 0);
}

export function isAnswered(packet: Packet): packet is Answered {
  return packet.roundTripNs !== null && packet.responderNs !== null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
