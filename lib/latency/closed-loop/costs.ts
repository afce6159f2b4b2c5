/** What the latency clause found, for other clauses of its run. */
import type { WorkKey } from '../../verdict/shared-work.ts';
import type { Group } from './estimate.ts';
import { differenceOf, foremost, regimeWords } from './words.ts';

/** Every difference between paths that was estimated. */
export const estimatedCosts: WorkKey<Group[]> = { name: 'what new flows cost' };

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
