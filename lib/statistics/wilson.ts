import type { Interval } from './interval.ts';
import { normalQuantile } from './normal.ts';

/**
 * The proportion behind `hits` out of `trials`: Wilson's score interval (1927), from 0 to 1, at `level` (default 0.95).
 * Without trials it is 0 to 1. RangeError unless both are whole numbers and hits are at most trials.
 */
export function wilson(hits: number, options: { trials: number; level?: number }): Interval {
  const { trials, level = 0.95 } = options;
  if (!Number.isInteger(hits) || !Number.isInteger(trials) || hits < 0 || hits > trials) {
    throw new RangeError(`${hits} of ${trials} is no proportion.`);
  }
  if (trials === 0) return { lower: 0, upper: 1 };
  const z = normalQuantile((1 + level) / 2);
  const p = hits / trials;
  const centre = p + (z * z) / (2 * trials);
  const spread = z * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return {
    lower: hits === 0 ? 0 : Math.max(0, (centre - spread) / scale),
    upper: hits === trials ? 1 : Math.min(1, (centre + spread) / scale),
  };
}
