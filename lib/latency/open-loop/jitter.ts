/** RFC 3550's jitter of the streams of one path, on each way. */
import { bootstrapPairs } from '../../statistics/bootstrap/bootstrap.ts';
import { interarrivalJitter } from '../../statistics/jitter.ts';
import { quantileInterval, type Bounds } from '../../statistics/order-statistics.ts';
import { median } from '../../statistics/quantile.ts';
import type { Random } from '../../statistics/random.ts';
import { sentNs, type Packet } from './measured.ts';

/** RFC 3550's running jitter: its median over the run with a 95 % interval (null: too few packets for one), and the most that it came to. Microseconds. */
export interface Jitter extends Bounds {
  p50: number;
  most: number;
}

export type Way = 'there' | 'back';
export type Answered = Packet & { roundTripNs: number; responderNs: number };

/** The running jitter is a mean by sixteenths: values this many packets apart have 2 % in common. */
export const apart = 4 * 16;
/** From this many pairs on, pairs are resampled. */
export const enoughPairs = 3;

/**
 * Streams of one path, one a pair; null without an answer. With fewer than three pairs the interval is that of the median of values which are 64
 * packets apart, by their ranks: six of them, 384 packets, are the fewest. Blocks of neighbours as in `bootstrap` are far too short there.
 */
export function jitterOf(
  each: readonly (readonly Packet[])[],
  { way, random }: { way: Way; random: Random },
): Jitter | null {
  const series = each.map((packets) => jitterSeries(packets, way)).filter(({ length }) => length > 0);
  if (series.length === 0) return null;
  const interval =
    series.length >= enoughPairs
      ? bootstrapPairs(series, { random })
      : quantileInterval(series.flatMap(farApart), { probability: 0.5 });
  const p50 = median(series.flatMap((one) => [...one]));
  return {
    p50,
    lower: interval && Math.min(interval.lower, p50),
    upper: interval && Math.max(interval.upper, p50),
    most: Math.max(...series.map((one) => one.reduce((a, b) => Math.max(a, b)))),
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

function farApart(series: Float64Array): number[] {
  return [...series].filter((_, n) => n % apart === apart - 1);
}

export function isAnswered(packet: Packet): packet is Answered {
  return packet.roundTripNs !== null && packet.responderNs !== null;
}
