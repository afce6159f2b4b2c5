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

/** What the cluster gave pods that asked for no limits, in a sentence; null where it gave none. */
export function limitsGiven(pods: readonly { node: string; pod: V1Pod }[]): string | null {
  const limited = pods
    .map(({ node, pod }) => ({ node, limits: limitsOf(pod), by: whoLimited(pod) }))
    .filter(({ limits }) => limits !== '');
  if (limited.length === 0) return null;
  const limits = [...new Set(limited.map((one) => one.limits))].join('; ');
  const nodes = [...new Set(limited.map(({ node }) => node))].toSorted();
  const where = nodes.length > 5 ? `${nodes.length} nodes` : nodes.join(', ');
  const by = [...new Set(limited.map((one) => one.by))].join(' and ');
  return `${by} limited the probes' containers on ${where} (${limits}): one that is throttled or killed for that says nothing about the network; --limits sets others`;
}

/** By the annotation of the API server's LimitRanger ("LimitRanger plugin set: cpu, memory limit for container probe"). */
function whoLimited({ metadata }: V1Pod): string {
  return /limit for/.test(metadata?.annotations?.['kubernetes.io/limit-ranger'] ?? '')
    ? 'a LimitRange of the namespace'
    : "the cluster's admission";
}

/** The first container's limits ("cpu 20m, memory 40Mi"); "" where it has none. */
export function limitsOf({ spec }: Pick<V1Pod, 'spec'>): string {
  const { cpu, memory } = spec?.containers[0]?.resources?.limits ?? {};
  return [...(cpu ? [`cpu ${cpu}`] : []), ...(memory ? [`memory ${memory}`] : [])].join(', ');
}
