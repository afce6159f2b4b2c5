import { longBlocks, shortBlocks, type BlockRule } from './blocks.ts';
import { hull, percentileInterval, type Estimate } from '../interval.ts';
import { quantile } from '../quantile.ts';
import type { Random } from '../random.ts';
import { resampledQuantiles } from './resample.ts';
import type { Samples } from '../samples.ts';

/** How to estimate; the same `random` gives the same interval. */
export interface Bootstrap {
  random: Random;
  /** Default 0.95. */
  level?: number;
  /** How many resamples (B); default 2,000. */
  resamples?: number;
  /** The interval contains those of all these rules. Default: short blocks and long ones. */
  blocks?: readonly BlockRule[];
}

/** As `Bootstrap`, for the median unless another quantile is given by its probability. */
export interface QuantileBootstrap extends Bootstrap {
  probability?: number;
}

/**
 * The median, or another quantile, of samples in the order in which they were taken, and its moving-block bootstrap
 * interval. How far the dependence between neighbours reaches is not known: the interval is the hull of one from short blocks
 * and one from long blocks. Either alone covered 94 to 95 % of simulated A/A runs, the hull 95 to 97 %, at 4 to 8 % more width.
 * Where neighbours depend on each other over tens of samples it covers less. RangeError as `resampledQuantiles`.
 */
export function bootstrap(samples: Samples, options: QuantileBootstrap): Estimate {
  return bootstrapPairs([samples], options);
}

/**
 * The same for several node pairs, one series each: pairs are resampled first, blocks within them second, and the quantile
 * is that of all samples together, so that the interval says what another choice of pairs might have given. With fewer
 * than four pairs it spans all resamples, and is still too narrow: two simulated pairs covered 86 %. A single pair
 * is `bootstrap`, and says nothing about others. Few pairs need the extremes: keep `resamples` at 2,000.
 * RangeError as `resampledQuantiles`.
 */
export function bootstrapPairs(pairs: readonly Samples[], options: QuantileBootstrap): Estimate {
  const { random, level = 0.95, resamples = 2_000, probability = 0.5, blocks: rules = bothBlocks } = options;
  const together = pairs.length === 1 ? pairs[0]! : pairs.flatMap((samples) => [...samples]);
  const estimate = quantile(together, { probability });
  return hull(
    rules.map((blocks) => {
      const resampled = resampledQuantiles(pairs, { random, blocks, resamples, probability });
      const units = pairs.length === 1 ? together.length / blocks(together.length) : pairs.length;
      return percentileInterval(resampled, { estimate, level, units });
    }),
  );
}

/** The default rules. */
export const bothBlocks: readonly BlockRule[] = [shortBlocks, longBlocks];
