import type { Dialled } from './dialled.ts';

/** So many datagrams at the end of a flow, and none of them answered: fewer may be what a busy probe came too late for. */
const silentAtLeast = 20;
/** Two flows are cut off alike where their counts differ by no more than what was lost of them by the way. */
const differsAtMost = { datagrams: 2, share: 0.1 };

/** After how many datagrams a flow was cut off: it got them through, and nothing from then on. null: it was not. */
export function cutOff({ record, attempts }: Pick<Dialled, 'record' | 'attempts'>): number | null {
  if (record?.outcome !== 'delivered' || record.cutOff === undefined) return null;
  return attempts - record.cutOff.most >= silentAtLeast ? record.cutOff.most : null;
}

/** The same of two flows, one after the other: a path that breaks in the middle of a flow does not do so twice after as many datagrams. */
export function cutOffAlike(first: Dialled, second: Dialled): number | null {
  const [one, other] = [cutOff(first), cutOff(second)];
  if (one === null || other === null) return null;
  const { datagrams, share } = differsAtMost;
  return Math.abs(one - other) <= Math.max(datagrams, share * Math.max(one, other)) ? Math.max(one, other) : null;
}
