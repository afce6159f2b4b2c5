/** Samples in the order in which they were taken. Functions of this folder never change them. */
export type Samples = Float64Array | readonly number[];

/** A copy to work on. RangeError for no samples, or for one that is not finite: a lost packet has no latency. */
export function finiteCopy(samples: Samples): Float64Array {
  if (samples.length === 0) throw new RangeError('There are no samples.');
  const copy = Float64Array.from(samples);
  const wrong = copy.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) throw new RangeError(`Sample ${wrong} is ${copy[wrong]}.`);
  return copy;
}

/** An ascending copy. RangeError as `finiteCopy`. */
export function sorted(samples: Samples): Float64Array {
  return finiteCopy(samples).toSorted();
}
