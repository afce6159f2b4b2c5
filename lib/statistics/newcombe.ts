import type { Interval } from './interval.ts';
import { wilson } from './wilson.ts';

/** How many of how many. */
export interface Proportion {
  hits: number;
  trials: number;
}

/**
 * One proportion minus another, of independent trials: the hybrid score interval of Newcombe (1998, Statistics in Medicine
 * 17:873–890, method 10), from −1 to 1, at `level` (default 0.95). Without trials of either it is −1 to 1.
 * RangeError as `wilson`.
 */
export function proportionDifference(
  minuend: Proportion,
  { minus, level = 0.95 }: { minus: Proportion; level?: number },
): Interval {
  const [a, b] = [minuend, minus].map(({ hits, trials }) => ({ p: hits / trials, ...wilson(hits, { trials, level }) }));
  if (minuend.trials === 0 || minus.trials === 0) return { lower: -1, upper: 1 };
  const difference = a!.p - b!.p;
  return {
    lower: difference - Math.hypot(a!.p - a!.lower, b!.upper - b!.p),
    upper: difference + Math.hypot(a!.upper - a!.p, b!.p - b!.lower),
  };
}
