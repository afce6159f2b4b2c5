import { bothBlocks, type Bootstrap } from './bootstrap.ts';
import { hull, percentileInterval, type Estimate } from '../interval.ts';
import { median } from '../quantile.ts';
import { resampledQuantiles } from './resample.ts';
import type { Samples } from '../samples.ts';

/** What was measured at one place on the axis, such as a number of Services; in the order in which it was taken. */
export interface Level {
  x: number;
  samples: Samples;
}

/**
 * How the median rises per unit of `x` (cost per Service): Theil–Sen over the medians of the levels, so that one odd level
 * of several does not decide it; the interval by moving-block bootstrap within each level. It says how well these medians
 * are known, not how straight the line is, nor what another cluster would give. RangeError for fewer than two different
 * `x`, or as `resampledQuantiles`.
 */
export function bootstrapSlope(levels: readonly Level[], options: Bootstrap): Estimate {
  const { random, level = 0.95, resamples = 2_000, blocks: rules = bothBlocks } = options;
  const x = levels.map((one) => one.x);
  const medians = levels.map(({ samples }) => median(samples));
  const estimate = theilSen(x, medians);
  return hull(
    rules.map((blocks) => {
      const resampled = levels.map(({ samples }) =>
        resampledQuantiles([samples], { random, blocks, resamples, probability: 0.5 }),
      );
      const slopes = Float64Array.from({ length: resamples }, (_, b) =>
        theilSen(
          x,
          resampled.map((one) => one[b]!),
        ),
      );
      const units = Math.min(...levels.map(({ samples }) => samples.length / blocks(samples.length)));
      return percentileInterval(slopes, { estimate, level, units });
    }),
  );
}

/**
 * The median of the slopes between all pairs of points with different `x` (Theil 1950, Sen 1968).
 * RangeError for lengths that differ, or fewer than two different `x`.
 */
export function theilSen(x: Samples, y: Samples): number {
  if (x.length !== y.length) throw new RangeError(`${x.length} x and ${y.length} y are not points.`);
  const slopes: number[] = [];
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) if (x[i] !== x[j]) slopes.push((y[j]! - y[i]!) / (x[j]! - x[i]!));
  }
  if (slopes.length === 0) throw new RangeError('A slope needs two different x.');
  return median(slopes);
}
