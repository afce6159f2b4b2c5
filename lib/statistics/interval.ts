import { normalCdf, normalQuantile } from './normal.ts';
import { quantileOfSorted } from './quantile.ts';

/** What is likely to hold the true value, both ends included, in the unit of the samples. */
export interface Interval {
  lower: number;
  upper: number;
}

/** A number, and the interval around it that was reached at `level` (0.95: in 95 of 100 runs it holds the true value). */
export interface Estimate extends Interval {
  estimate: number;
  level: number;
}

/**
 * The percentile interval of a bootstrap, widened for a small number of independent `units`: a bootstrap of m units is too
 * narrow as if it took z for t and 1/m for 1/(m − 1) (Hesterberg 2015, The American Statistician 69:371–386, "expanded
 * percentile interval"). Units are what was resampled: blocks, or node pairs. It always holds the estimate.
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

/** The smallest interval that holds all of these, which are of one estimate and level. RangeError for none. */
export function hull(estimates: readonly Estimate[]): Estimate {
  const [first] = estimates;
  if (first === undefined) throw new RangeError('There is no interval.');
  const lower = Math.min(...estimates.map((one) => one.lower));
  const upper = Math.max(...estimates.map((one) => one.upper));
  return { ...first, lower, upper };
}

/** The share to leave out at each end. With fewer than four units it is none at all: the extremes are the interval. */
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
