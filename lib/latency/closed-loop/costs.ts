/** What the latency clause found, for clauses that come after it. */
import type { Session } from '../../verdict/session.ts';
import type { Group } from './estimate.ts';
import { differenceOf, foremost, regimeWords } from './words.ts';

const found = new WeakMap<object, readonly Group[]>();

/** Keeps them as long as the session lives. */
export function rememberGroups(session: Session, groups: readonly Group[]): void {
  found.set(session, groups);
}

/** null when the latency clause did not run in this session, or found nothing. */
export function groupsOfSession(session: object): readonly Group[] | null {
  return found.get(session) ?? null;
}

/** What a new flow by pod IP costs more than an established one, µs, where it surely costs something. */
export function newFlowCost(
  groups: readonly Group[],
): { estimate: number; lower: number; upper: number; flows: string } | null {
  const group = foremost(groups.filter(({ protocol }) => protocol === 'UDP'));
  const difference = group && differenceOf(group, 'new minus established', 'pod-ip');
  if (!group || difference?.finding.kind !== 'at least') return null;
  const { estimate, lower, upper } = difference;
  return {
    estimate,
    lower,
    upper,
    flows: `UDP to ${group.where === 'same node' ? 'the same node' : 'another node'}, ${regimeWords(group)}`,
  };
}
