import { median } from './quantile.ts';
import { finiteCopy, type Samples } from './samples.ts';

/**
 * `minuend` minus `subtrahend`, block by block: what both arms of a block share (drift, a busy neighbour) cancels out.
 * RangeError when they differ in length, are empty or contain a value that is not finite.
 */
export function pairedDifferences(minuend: Samples, subtrahend: Samples): Float64Array {
  if (minuend.length !== subtrahend.length) {
    throw new RangeError(`${minuend.length} and ${subtrahend.length} samples are not pairs.`);
  }
  const differences = finiteCopy(minuend);
  const taken = finiteCopy(subtrahend);
  for (let i = 0; i < differences.length; i++) differences[i]! -= taken[i]!;
  return differences;
}

/**
 * The spread of the bulk of the samples, whatever the tail is like: 1.4826 times the median absolute deviation from the
 * median (Hampel 1974), which is the standard deviation where the samples are normal. RangeError as `quantile`.
 */
export function robustSd(samples: Samples): number {
  const centre = median(samples);
  return 1.482602218505602 * median(Float64Array.from(samples, (value) => Math.abs(value - centre)));
}
