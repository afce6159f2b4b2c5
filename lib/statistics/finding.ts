import type { Estimate, Interval } from './interval.ts';

/**
 * What can be said about a difference. `resolution` is the smallest one that could have been seen, in the unit of the samples.
 * There is no "no difference": what was not seen may still be there, below the resolution.
 */
export type Finding =
  | { kind: 'not good enough' }
  | { kind: 'below threshold'; resolution: number }
  | { kind: 'at least'; x: number; resolution: number }
  | { kind: 'undecided'; resolution: number };

/** For controls, which are gates and not results: at 0.95 a third of the short form's runs would lack a number somewhere, although the instrument is sound (docs/decisions/0017). */
export const controlLevel = 0.99;

/**
 * Judges a cost by its interval and by that of the A/A control, which measured the same path twice.
 * `not good enough`: the control excludes 0, so the instrument sees what is not there, and its numbers do not count.
 * `below threshold`: the whole interval is. `at least`: the whole interval is above 0, by `x` or more.
 * `undecided`: 0 and the threshold are both within the interval.
 */
export function judgeCost(cost: Estimate, options: { control: Estimate; threshold: number }): Finding {
  const { control, threshold } = options;
  if (control.lower > 0 || control.upper < 0) return { kind: 'not good enough' };
  const resolution = resolutionOf(cost, control);
  if (cost.upper < threshold) return { kind: 'below threshold', resolution };
  if (cost.lower > 0) return { kind: 'at least', x: cost.lower, resolution };
  return { kind: 'undecided', resolution };
}

/** The smallest difference that could have been seen: the farther reach of the two intervals. */
export function resolutionOf(cost: Estimate, control: Estimate): number {
  return Math.max(reach(cost), reach(control));
}

/** Half the width of an interval: when to stop early. */
export function halfWidth({ lower, upper }: Interval): number {
  return (upper - lower) / 2;
}

/** The distance from the estimate to the farther end. */
function reach({ estimate, lower, upper }: Estimate): number {
  return Math.max(upper - estimate, estimate - lower);
}
