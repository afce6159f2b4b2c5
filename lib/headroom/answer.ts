import type { Estimate } from '../statistics/interval.ts';

/** The answer to one of the four questions, and what it rests on. */
export interface Answer {
  question: string;
  /** One line. */
  sentence: string;
  /** null: not measured, or not well enough for a number. */
  figure: number | null;
  interval: Pick<Estimate, 'lower' | 'upper' | 'level'> | null;
  /** Of the figure, its interval and the threshold. */
  unit: string;
  threshold: number | null;
  /** Of the threshold; where there is none, why. */
  source: string;
  /** The probe, where it is known to have been the limit rather than the network. */
  limitedBy: string | null;
}

/** "43,000": two significant digits. */
export function about(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en-US');
}

/** "0.998 (95 %: 0.990 to 1.006)"; two decimals, unless asked otherwise, where the interval is wider than ± 1 %. */
export function ratioWords(
  { estimate, lower, upper, level }: Estimate,
  { digits = upper - lower > 0.02 ? 2 : 3 }: { digits?: number } = {},
): string {
  const [e, l, u] = [estimate, lower, upper].map((value) => value.toFixed(digits));
  return `${e} (${Math.round(100 * level)} %: ${l} to ${u})`;
}
