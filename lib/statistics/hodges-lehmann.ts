import { sorted, type Samples } from './samples.ts';

/**
 * The Hodges–Lehmann estimate of the centre (1963): the median of the averages of all pairs of samples, each with itself
 * included (Walsh averages). Exact; of the n (n + 1) / 2 averages only about n are examined in each of some forty
 * steps: bisection by value, with each end moved on to an average that exists. RangeError as `quantile`.
 */
export function hodgesLehmann(samples: Samples): number {
  const ascending = sorted(samples);
  const n = ascending.length;
  const count = (n * (n + 1)) / 2;
  const lower = walshAverage(ascending, Math.floor((count - 1) / 2));
  if (count % 2 === 1) return lower.value;
  return (lower.value + (lower.upTo > count / 2 ? lower.value : lower.next)) / 2;
}

interface Split {
  /** How many averages are at most the limit, the largest of them, and the smallest above it. */
  upTo: number;
  value: number;
  next: number;
}

/** The Walsh average at `rank` (from 0), as the split just after it. */
function walshAverage(ascending: Float64Array, rank: number): Split {
  let low = ascending[0]!;
  let high = ascending.at(-1)!;
  for (;;) {
    const middle = low + (high - low) / 2;
    const at = split(ascending, middle < high ? middle : low);
    if (low === high) return at;
    if (at.upTo > rank) high = at.value;
    else low = at.next;
  }
}

/** Counts the averages up to `limit`, in one walk along the boundary between them and the rest. */
function split(ascending: Float64Array, limit: number): Split {
  let upTo = 0;
  let value = -Infinity;
  let next = Infinity;
  let right = ascending.length;
  for (let left = 0; left < ascending.length; left++) {
    const first = ascending[left]!;
    while (right > left && (first + ascending[right - 1]!) / 2 > limit) right--;
    if (right < ascending.length) next = Math.min(next, (first + ascending[Math.max(right, left)]!) / 2);
    if (right <= left) break;
    upTo += right - left;
    value = Math.max(value, (first + ascending[right - 1]!) / 2);
  }
  return { upTo, value, next };
}
