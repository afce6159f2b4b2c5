import type { NodeEvidence } from '../../evidence/node-evidence.ts';
import type { Edge } from '../../verdict/run.ts';
import type { Fold } from '../folding/explained.ts';
import type { LikelyCause } from '../guesses/look-with.ts';
import { astray } from './astray.ts';
import { onLink } from './on-link.ts';
import { refused } from './refused.ts';

interface Known {
  sound: readonly Edge[];
  nodeOfAddress: (address: string) => string | null;
  evidence?: readonly NodeEvidence[];
  failing?: readonly Edge[];
}

/**
 * What the kernels of the nodes concerned say of their routes, where that explains all of a fold of which they were asked; null where it does not, or nobody was asked.
 * It is asked of the node's own packets: rules that look at the interface by which those of pods come, or at their sources, are not seen by it. And many networks
 * carry packets past the kernel's routes: what is `sound` and would need such a route speaks against it.
 */
export function guessByRoute(
  fold: Fold,
  { sound, nodeOfAddress, evidence = [], failing = fold.edges }: Known,
): LikelyCause | null {
  if (fold.pattern.via !== null || !['lost', 'refused'].includes(fold.symptom)) return null;
  const direct = sound.filter(({ to }) => to.via === undefined);
  return (
    refused(fold, { sound: direct, evidence, failing }) ??
    astray(fold, { sound: direct, nodeOfAddress, evidence }) ??
    onLink(fold, { sound: direct, evidence })
  );
}
