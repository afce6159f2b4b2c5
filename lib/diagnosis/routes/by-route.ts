import type { NodeEvidence } from '../../evidence/node-evidence.ts';
import type { Fold } from '../folding/explained.ts';
import type { LikelyCause } from '../look-with.ts';
import { astray } from './astray.ts';
import { refused } from './refused.ts';

/**
 * What the kernels of the nodes concerned say of their routes, where that explains all of a fold of which they were asked; null where it does not, or nobody was asked.
 * It is asked of the node's own packets: rules that look at the interface by which those of pods come, or at their sources, are not seen by it.
 */
export function guessByRoute(
  fold: Fold,
  {
    nodeOfAddress,
    evidence = [],
  }: { nodeOfAddress: (address: string) => string | null; evidence?: readonly NodeEvidence[] },
): LikelyCause | null {
  if (fold.pattern.via !== null || !['lost', 'refused'].includes(fold.symptom)) return null;
  return refused(fold, { evidence }) ?? astray(fold, { nodeOfAddress, evidence });
}
