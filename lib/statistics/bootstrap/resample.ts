import type { BlockRule } from './blocks.ts';
import { between, position } from '../quantile.ts';
import type { Random } from '../random.ts';
import { finiteCopy, type Samples } from '../samples.ts';

/** How to resample: with which random numbers and blocks, how often (B), and for which quantile (0.5: the median). */
export interface Resampling {
  random: Random;
  blocks: BlockRule;
  resamples: number;
  probability: number;
}

/**
 * A quantile of each of so many resamples: as many series as there are, drawn with replacement, each made of blocks of
 * neighbours drawn with replacement (moving blocks: Künsch 1989), and the quantile of all their samples together.
 * RangeError for no series, an empty one, samples that are not finite, or blocks longer than their series.
 */
export function resampledQuantiles(series: readonly Samples[], options: Resampling): Float64Array {
  const { random, blocks, resamples, probability } = options;
  const { values, ranks } = ranked(series.map(finiteCopy));
  const lengths = ranks.map(({ length }) => checked(blocks(length), length));
  // A resample is stored as the count of each rank. That needs no sorting, and the table stays in the cache.
  const counts = new Uint32Array(values.length);
  const quantiles = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) {
    counts.fill(0);
    let total = 0;
    for (let drawn = 0; drawn < ranks.length; drawn++) {
      const which = ranks.length === 1 ? 0 : random.below(ranks.length);
      countBlocks(ranks[which]!, { counts, random, blockLength: lengths[which]! });
      total += ranks[which]!.length;
    }
    quantiles[b] = quantileOfCounts(counts, values, position(total, { probability }));
  }
  return quantiles;
}

/** Adds one resample of a series, as long as the series itself; the last block is cut short. */
function countBlocks(ranks: Uint32Array, options: { counts: Uint32Array; random: Random; blockLength: number }): void {
  const { counts, random, blockLength } = options;
  const starts = ranks.length - blockLength + 1;
  for (let left = ranks.length; left > 0; left -= blockLength) {
    const start = random.below(starts);
    const end = start + Math.min(blockLength, left);
    for (let i = start; i < end; i++) counts[ranks[i]!]!++;
  }
}

function quantileOfCounts(
  counts: Uint32Array,
  values: Float64Array,
  { lower, weight }: { lower: number; weight: number },
): number {
  let rank = 0;
  let seen = counts[0]!;
  while (seen <= lower) seen += counts[++rank]!;
  const value = values[rank]!;
  if (weight === 0) return value;
  while (seen <= lower + 1) seen += counts[++rank]!;
  return between(value, values[rank]!, weight);
}

/** All samples in ascending order, and for each series the places of its samples among them. */
function ranked(series: readonly Float64Array[]): { values: Float64Array; ranks: Uint32Array[] } {
  if (series.length === 0) throw new RangeError('There is no series to resample.');
  const all = Float64Array.from(series.flatMap((samples) => [...samples]));
  const order = Uint32Array.from(all.keys()).toSorted((a, b) => all[a]! - all[b]!);
  const rankOf = new Uint32Array(all.length);
  for (const [rank, index] of order.entries()) rankOf[index] = rank;
  let start = 0;
  const ranks = series.map(({ length }) => rankOf.subarray(start, (start += length)));
  return { values: Float64Array.from(order, (index) => all[index]!), ranks };
}

function checked(blockLength: number, count: number): number {
  if (Number.isInteger(blockLength) && blockLength >= 1 && blockLength <= count) return blockLength;
  throw new RangeError(`Blocks of ${blockLength} cannot be drawn from ${count} samples.`);
}
