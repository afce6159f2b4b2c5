import type { Interval } from './interval.ts';
import { sorted, type Samples } from './samples.ts';

/** An interval of which so few samples may leave an end open (null). */
export interface Bounds {
  lower: number | null;
  upper: number | null;
}

/**
 * Between which samples the quantile lies, at `level` (0.95 unless given) or above, whatever the distribution: the ranks are the
 * binomial's (David and Nagaraja 2003, Order Statistics, 7.1). Half of the risk is at each end where the samples suffice; an end
 * that they can't tell is open, and the other has all the risk. Samples are taken for independent: bursts make it too narrow.
 * RangeError for no samples, or for one that is not finite.
 */
export function quantileBounds(
  samples: Samples,
  { probability, level = 0.95 }: { probability: number; level?: number },
): Bounds {
  const ascending = sorted(samples);
  const risk = 1 - level;
  // That all samples are below the quantile: the least risk that an upper end can have.
  const least = probability ** ascending.length;
  const above = least <= risk / 2 ? risk / 2 : least <= risk ? least : 0;
  const below = risk - above;
  const { lower, upper } = ranks(ascending.length, { probability, below, above });
  return { lower: ascending[lower] ?? null, upper: above === 0 ? null : (ascending[upper] ?? null) };
}

/** The same where both ends are known, else null: of the median from six samples on. */
export function quantileInterval(samples: Samples, options: { probability: number; level?: number }): Interval | null {
  if (samples.length === 0) return null;
  const { lower, upper } = quantileBounds(samples, options);
  return lower === null || upper === null ? null : { lower, upper };
}

/** Places from 0; −1 and `count` are beyond the samples. `sum` is the probability that at most k samples are below the quantile. */
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
    // Rounding must not take away the end that is just reached.
    if (sum >= 1 - above - 1e-12) return { lower, upper: k };
    log += Math.log((count - k) / (k + 1)) + odds;
  }
  return { lower, upper: count };
}
