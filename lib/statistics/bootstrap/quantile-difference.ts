import { bothBlocks, type QuantileBootstrap } from './bootstrap.ts';
import { hull, percentileInterval, type Estimate } from '../interval.ts';
import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';
import { resampledQuantiles } from './resample.ts';
import type { Samples } from '../samples.ts';

/** Two arms of one node pair: as many samples each, taken side by side. */
export interface TwoArms {
  minuend: Samples;
  subtrahend: Samples;
}

/**
 * A quantile of one arm minus the same quantile of the other, over all node pairs together, with its moving-block bootstrap interval.
 * Both arms are resampled by the same pairs and the same blocks, so that what they share cancels out; meant for tails, about which the
 * median of paired differences says nothing. Pairs and blocks as in `bootstrapPairs`, and just as narrow when they are few.
 * RangeError as `resampledQuantiles`, and for arms that differ in length.
 */
export function bootstrapQuantileDifference(pairs: readonly TwoArms[], options: QuantileBootstrap): Estimate {
  const { random, level = 0.95, resamples = 2_000, probability = 0.5, blocks: rules = bothBlocks } = options;
  const unequal = pairs.find(({ minuend, subtrahend }) => minuend.length !== subtrahend.length);
  if (unequal)
    throw new RangeError(`${unequal.minuend.length} and ${unequal.subtrahend.length} samples are not pairs.`);
  const minuends = pairs.map(({ minuend }) => minuend);
  const subtrahends = pairs.map(({ subtrahend }) => subtrahend);
  const of = (arms: readonly Samples[]): number =>
    quantile(
      arms.flatMap((samples) => [...samples]),
      { probability },
    );
  const estimate = of(minuends) - of(subtrahends);
  const count = minuends.reduce((sum, { length }) => sum + length, 0);
  return hull(
    rules.map((blocks) => {
      // What is drawn depends on the lengths alone: the same seed draws the same blocks of both arms.
      const seed = random.uint32();
      const [left, right] = [minuends, subtrahends].map((arms) =>
        resampledQuantiles(arms, { random: seededRandom(seed), blocks, resamples, probability }),
      ) as [Float64Array, Float64Array];
      const units = pairs.length === 1 ? count / blocks(count) : pairs.length;
      return percentileInterval(
        left.map((value, n) => value - right[n]!),
        { estimate, level, units },
      );
    }),
  );
}
