/** What a proof found: one per line, with a mark. */
import type { Difference, DifferenceName, Group } from '../../lib/latency/closed-loop/estimate.ts';
import { differenceOf } from '../../lib/latency/closed-loop/words.ts';
import { signed } from '../../lib/latency/numbers.ts';

export interface Fact {
  fact: string;
  holds: boolean;
  /** The figures behind it. */
  seen: string;
}

/** "✓ fact: figures"; true when every one holds. */
export function tellFacts(facts: readonly Fact[]): boolean {
  for (const { fact, holds, seen } of facts) console.log(`${holds ? '✓' : '✗'} ${fact}: ${seen}`);
  return facts.every(({ holds }) => holds);
}

/** A difference of this group. Throws an Error when it was not measured. */
export function measured(group: Group, ...[name, path]: [DifferenceName, Difference['path']]): Difference {
  const found = differenceOf(group, name, path);
  if (!found) throw new Error(`${name} by ${path} was not measured`);
  return found;
}

/** "+8.1 [+7.0 +9.3]", in µs. */
export function brief({ estimate, lower, upper }: Pick<Difference, 'estimate' | 'lower' | 'upper'>): string {
  return `${signed(estimate)} [${signed(lower)} ${signed(upper)}]`;
}
