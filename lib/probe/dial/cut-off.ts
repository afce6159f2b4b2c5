/** Flows that are cut off: what opened them passes, and from some datagram on nothing does. Loss at random leaves gaps, and a limit on rates lets some through later. */
import type { DialRecord } from '../../conversations/dial.ts';

type CutOff = NonNullable<DialRecord['cutOff']>;

/** Of fewer datagrams, what is lost at random looks alike. */
const tellingFrom = { sent: 8, answered: 1, lost: 3 };
/** Where some were lost before: of a path that loses every third, 20 in a row are once in 10^10 flows; and what loses more than a fifth of them is lossy. */
const tellingBesideLoss = { lost: 20, answeredShare: 0.8 };

/** Of one flow, by the numbers of those that were answered, from 0; null: it is none. */
export function cutOffOf(answered: ReadonlySet<number>, { sent }: { sent: number }): CutOff | null {
  if (sent < tellingFrom.sent || answered.size < tellingFrom.answered) return null;
  const after = Math.max(...answered) + 1;
  const isGapless = answered.size === after && sent - after >= tellingFrom.lost;
  const isBesideLoss =
    sent - after >= tellingBesideLoss.lost && answered.size >= tellingBesideLoss.answeredShare * after;
  if (!isGapless && !isBesideLoss) return null;
  return { flows: 1, fewest: after, most: after, lost: sent - answered.size };
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
