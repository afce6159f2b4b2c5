import type { PodPlace } from '../cluster/model.ts';
import type { Facts } from './facts.ts';

/** Whether a pod that is made anew on another node has one of its old addresses there: reported, neither is wrong. */
export function addressesFollow(moved: readonly PodPlace[] | string): Facts {
  const expected = 'reported';
  if (typeof moved === 'string') return { expected, seen: moved, violations: [], notApplicable: moved };
  const [before, after] = moved as [PodPlace, PodPlace];
  const kept = before.addresses.filter((address) => after.addresses.includes(address));
  const seen =
    kept.length === 0
      ? `a pod that moved from ${before.node} to ${after.node} got another address (${before.addresses.join(', ')}, then ${after.addresses.join(', ')})`
      : `a pod that moved from ${before.node} to ${after.node} kept ${kept.join(', ')}: this network lets addresses follow pods, others do not`;
  return { expected, seen, violations: [] };
}
