import type { Interval } from './interval.ts';
import { sorted, type Samples } from './samples.ts';

/** An interval; with few samples an end may be open (null). */
export interface Bounds {
  lower: number | null;
  upper: number | null;
}

/**
 * The samples between which the quantile lies, at `level` (default 0.95) or above, whatever the distribution: ranks are binomial
 * (David and Nagaraja 2003, Order Statistics, 7.1). Each end takes half of the risk where there are enough samples; an end that
 * they can't determine is open, and the other takes all of it. Samples are assumed independent: bursts make the interval too narrow.
 * RangeError for no samples, or for one that is not finite.
 */
export function quantileBounds(
  samples: Samples,
  { probability, level = 0.95 }: { probability: number; level?: number },
): Bounds {
  const ascending = sorted(samples);
  const risk = 1 - level;
  // The probability that all samples are below the quantile: the least risk an upper end can have.
  const least = probability ** ascending.length;
  const above = least <= risk / 2 ? risk / 2 : least <= risk ? least : 0;
  const below = risk - above;
  const { lower, upper } = ranks(ascending.length, { probability, below, above });
  return { lower: ascending[lower] ?? null, upper: above === 0 ? null : (ascending[upper] ?? null) };
}

/** The same if both ends are known, otherwise null; a median takes six samples. */
export function quantileInterval(samples: Samples, options: { probability: number; level?: number }): Interval | null {
  if (samples.length === 0) return null;
  const { lower, upper } = quantileBounds(samples, options);
  return lower === null || upper === null ? null : { lower, upper };
}

/** Indexes from 0; −1 and `count` are beyond the samples. `sum` is the probability that at most k samples are below the quantile. */
function ranks(
  count: number,
  { probability, below, above }: { probability: number; below: number; above: number },
): { lower: number; upper: number } {
  const odds = Math.log(probability / (1 - probability));
  let log = count * Math.log1p(-probability);
  let sum = 0;
  let lower = -1;
  for (let k = 0; k < count; k++) {
    sum += Math.exp(log);
    if (sum <= below) lower = k;
    // Rounding must not lose an end that is only just reached.
    if (sum >= 1 - above - 1e-12) return { lower, upper: k };
    log += Math.log((count - k) / (k + 1)) + odds;
  }
  return { lower, upper: count };
}
