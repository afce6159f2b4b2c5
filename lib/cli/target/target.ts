import { loadKubeconfig, type Target } from '../../cluster/index.ts';
import type { Live } from '../../report/live.ts';
import type { OpenTarget } from './open-target.ts';
import { openLab, type LabTarget } from './lab.ts';

export interface KubeconfigTarget {
  kind: 'kubeconfig';
  /** null: the user's own default, $KUBECONFIG or else ~/.kube/config. Never the lab. */
  file: string | null;
  /** null: the current context. */
  context: string | null;
}

/** Opens what the user asked for, a kubeconfig or the lab. Never falls back from one to the other. */
export async function openTarget(
  wanted: LabTarget | KubeconfigTarget,
  options: { live: Live; signal: AbortSignal },
): Promise<OpenTarget> {
  if (wanted.kind === 'lab') return openLab(wanted, options);
  const target = loadKubeconfig({ file: wanted.file ?? undefined, context: wanted.context ?? undefined });
  return { name: nameOf(target), target, close: async () => {} };
}

/** "FILE, context NAME". */
export function nameOf(target: Target): string {
  return `${target.source}, context ${target.context}`;
}
