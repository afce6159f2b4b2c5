import { normalCdf, normalQuantile } from './normal.ts';
import { quantileOfSorted } from './quantile.ts';

/** A range that is likely to contain the true value, both ends included, in the unit of the samples. */
export interface Interval {
  lower: number;
  upper: number;
}

/** A number, and the interval around it at `level` (0.95: in 95 of 100 runs it contains the true value). */
export interface Estimate extends Interval {
  estimate: number;
  level: number;
}

/**
 * The percentile interval of a bootstrap, widened for a small number of independent `units`: a bootstrap of m units is too
 * narrow, as if it used z instead of t and 1/m instead of 1/(m − 1) (Hesterberg 2015, The American Statistician 69:371–386, "expanded
 * percentile interval"). Units are what was resampled: blocks, or node pairs. It always contains the estimate.
 */
export function percentileInterval(
  resampled: Float64Array,
  options: { estimate: number; level: number; units: number },
): Estimate {
  const { estimate, level, units } = options;
  const tail = expandedTail((1 - level) / 2, units);
  const ascending = resampled.toSorted();
  const lower = quantileOfSorted(ascending, { probability: tail });
  const upper = quantileOfSorted(ascending, { probability: 1 - tail });
  return { estimate, lower: Math.min(lower, estimate), upper: Math.max(upper, estimate), level };
}

/** The smallest interval that contains all of these, which share one estimate and level. RangeError for none. */
export function hull(estimates: readonly Estimate[]): Estimate {
  const [first] = estimates;
  if (first === undefined) throw new RangeError('There is no interval.');
  const lower = Math.min(...estimates.map((one) => one.lower));
  const upper = Math.max(...estimates.map((one) => one.upper));
  return { ...first, lower, upper };
}

/** The share to leave out at each end. With fewer than four units it is zero: the interval is from extreme to extreme. */
export function expandedTail(tail: number, units: number): number {
  if (!(tail > 0 && tail < 0.5)) throw new RangeError(`A level is within 0 and 1, not ${1 - 2 * tail}.`);
  const freedom = units - 1;
  if (freedom < 3) return 0;
  return normalCdf(-Math.sqrt(units / freedom) * studentQuantile(-normalQuantile(tail), freedom));
}

/** Student's t from the normal quantile: Abramowitz and Stegun 26.7.5; within 1 % from 3 degrees of freedom. */
function studentQuantile(z: number, freedom: number): number {
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, power) => sum + term / freedom ** power, 0);
}
