import { sorted, type Samples } from './samples.ts';

/** The percentiles that every arm is reported with, in the unit of the samples. */
export interface Percentiles {
  p50: number;
  p90: number;
  p99: number;
}

/**
 * The quantile at `probability` (0 to 1), by linear interpolation between the two nearest samples: type 7 of
 * Hyndman and Fan (1996), the default of R, NumPy and spreadsheets.
 * RangeError for no samples, for one that is not finite, or for a probability outside 0 to 1.
 */
export function quantile(samples: Samples, options: { probability: number }): number {
  return quantileOfSorted(sorted(samples), options);
}

/** The middle sample, or halfway between the middle two. RangeError as `quantile`. */
export function median(samples: Samples): number {
  return quantile(samples, { probability: 0.5 });
}

/** p50, p90 and p99 with one sort. RangeError as `quantile`. */
export function percentiles(samples: Samples): Percentiles {
  const ascending = sorted(samples);
  const at = (probability: number) => quantileOfSorted(ascending, { probability });
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** As `quantile`, for samples that are known to be finite and ascending. */
export function quantileOfSorted(ascending: Float64Array, options: { probability: number }): number {
  const { lower, weight } = position(ascending.length, options);
  const value = ascending[lower]!;
  return weight === 0 ? value : between(value, ascending[lower + 1]!, weight);
}

/**
 * Where a type 7 quantile lies among `count` ascending samples: at `lower` (from 0), and `weight` of the way to the next.
 * RangeError for a probability outside 0 to 1.
 */
export function position(count: number, options: { probability: number }): { lower: number; weight: number } {
  const { probability } = options;
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`A probability is 0 to 1, not ${probability}.`);
  const place = (count - 1) * probability;
  const lower = Math.floor(place);
  return { lower, weight: place - lower };
}

/** Interpolation that never leaves [a, b], whatever rounding does. */
export function between(a: number, b: number, weight: number): number {
  return weight === 0.5 ? (a + b) / 2 : Math.min(b, a + (b - a) * weight);
}
