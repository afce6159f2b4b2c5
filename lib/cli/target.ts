import { loadKubeconfig, type Target } from '../cluster/index.ts';
import type { Live } from '../report/live.ts';
import type { OpenTarget } from './open-target.ts';
import type { KubeconfigTarget, LabTarget } from './options/options.ts';
import { openLab } from './target-lab.ts';

/** Makes ready what the user asked for: his kubeconfig, or the lab. Never the one for the other. */
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
