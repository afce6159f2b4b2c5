/** What the cluster's admission added to the probes' pods, in words. */
import type { V1Pod } from '@kubernetes/client-node';

/** By which the run's own pods choose their nodes. */
export const ownNodeSelector = { 'kubernetes.io/os': 'linux' } as const;

/** null where nothing was added. */
export function addedSelector(selector: Readonly<Record<string, string>>): string | null {
  const added = Object.entries(selector).filter(([key]) => !(key in ownNodeSelector));
  if (added.length === 0) return null;
  return `the cluster added the node selector ${added.map(([key, value]) => `${key}=${value}`).join(', ')} to the probes' pods`;
}

/** The first container's limits ("cpu 20m, memory 40Mi"); "" where it has none. */
export function limitsOf({ spec }: Pick<V1Pod, 'spec'>): string {
  const { cpu, memory } = spec?.containers[0]?.resources?.limits ?? {};
  return [...(cpu ? [`cpu ${cpu}`] : []), ...(memory ? [`memory ${memory}`] : [])].join(', ');
}
