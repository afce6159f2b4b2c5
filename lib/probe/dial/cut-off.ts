/** Flows that are cut off: what opened them passes, and from some datagram on nothing does. Loss at random leaves gaps, and a limit on rates lets some through later. */
import type { DialRecord } from '../../conversations/dial.ts';

type CutOff = NonNullable<DialRecord['cutOff']>;

/** Of fewer datagrams, what is lost at random looks alike. */
const tellingFrom = { sent: 8, answered: 2, lost: 3 };

/** Of one flow, by the numbers of those that were answered, from 0; null: it is none. */
export function cutOffOf(answered: ReadonlySet<number>, { sent }: { sent: number }): CutOff | null {
  const lost = sent - answered.size;
  if (sent < tellingFrom.sent || answered.size < tellingFrom.answered || lost < tellingFrom.lost) return null;
  const isGapless = [...answered].every((sequence) => sequence < answered.size);
  return isGapless ? { flows: 1, fewest: answered.size, most: answered.size, lost } : null;
}

/** Of several flows; null: none of them is. */
export function cutOffAmong(records: readonly DialRecord[]): CutOff | null {
  const all = records.flatMap(({ cutOff }) => cutOff ?? []);
  if (all.length === 0) return null;
  return {
    flows: all.length,
    fewest: Math.min(...all.map(({ fewest }) => fewest)),
    most: Math.max(...all.map(({ most }) => most)),
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
  };
}
