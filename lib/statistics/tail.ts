import { quantileOfSorted } from './quantile.ts';
import { sorted, type Samples } from './samples.ts';

/** Percentiles as far out as the samples allow (otherwise null), in the unit of the samples. */
export interface Tail {
  samples: number;
  p50: number;
  p90: number | null;
  p99: number | null;
  p999: number | null;
  slowest: number;
}

/** From this many samples on, one lies beyond the quantile with a probability of 95 %, if they are independent: 29 for p90, 299 for p99, 2,995 for p99.9. */
export function samplesToSee(probability: number): number {
  return Math.ceil(Math.log(0.05) / Math.log(probability));
}

/** The tail of these samples. RangeError as `quantile`. */
export function tailOf(samples: Samples): Tail {
  const ascending = sorted(samples);
  const at = (probability: number): number | null =>
    ascending.length < samplesToSee(probability) ? null : quantileOfSorted(ascending, { probability });
  return {
    samples: ascending.length,
    p50: quantileOfSorted(ascending, { probability: 0.5 }),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    slowest: ascending.at(-1)!,
  };
}
