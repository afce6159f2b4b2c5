import type { Interval } from './interval.ts';
import { wilson } from './wilson.ts';

/** So many of so many. */
export interface Proportion {
  hits: number;
  trials: number;
}

/**
 * One proportion less another, of independent trials: the hybrid score interval of Newcombe (1998, Statistics in Medicine
 * 17:873–890, method 10), from −1 to 1, at `level` (0.95 unless given). No trials of either say nothing: −1 to 1.
 * RangeError as `wilson`.
 */
export function proportionDifference(
  minuend: Proportion,
  { less, level = 0.95 }: { less: Proportion; level?: number },
): Interval {
  const [a, b] = [minuend, less].map(({ hits, trials }) => ({ p: hits / trials, ...wilson(hits, { trials, level }) }));
  if (minuend.trials === 0 || less.trials === 0) return { lower: -1, upper: 1 };
  const difference = a!.p - b!.p;
  return {
    lower: difference - Math.hypot(a!.p - a!.lower, b!.upper - b!.p),
    upper: difference + Math.hypot(a!.upper - a!.p, b!.p - b!.lower),
  };
}
