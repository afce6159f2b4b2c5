/** Nodes according to the API, and whether a probe can be expected on each. */
import type { V1Node, V1NodeCondition } from '@kubernetes/client-node';
import type { NodeFacts } from '../model.ts';

/** What the survey keeps about one node. `now`: by the server's clock, ms. */
export function nodeFacts(node: V1Node, now: number): NodeFacts {
  const { metadata, spec, status } = node;
  const info = status?.nodeInfo;
  const condition = readyCondition(node);
  const ready = condition?.status === 'True';
  const os = info?.operatingSystem ?? metadata?.labels?.['kubernetes.io/os'] ?? 'unknown';
  const reason = reasonOfCondition(condition);
  return {
    name: metadata?.name ?? '',
    ready,
    notReadyFor: ready ? null : namesNetwork.test(reason) ? 'network plugin' : 'other',
    skipped: whySkipped(node, { ready, os, reason }),
    ageMs: metadata?.creationTimestamp ? now - new Date(metadata.creationTimestamp).getTime() : null,
    addresses: (status?.addresses ?? [])
      .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
      .map(({ type, address }) => ({ type, address })),
    podCIDRs: spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []),
    kubeletVersion: info?.kubeletVersion ?? 'unknown',
    kernel: info?.kernelVersion ?? 'unknown',
    os,
    arch: info?.architecture ?? 'unknown',
    containerRuntime: info?.containerRuntimeVersion ?? 'unknown',
  };
}

/** In the kubelet's Ready condition: "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady …". */
const namesNetwork = /NetworkPluginNotReady|NetworkReady=false/;

function whySkipped(
  { metadata }: V1Node,
  { ready, os, reason }: { ready: boolean; os: string; reason: string },
): string | null {
  if (isVirtualKubelet(metadata)) return 'a virtual kubelet has no host network to probe';
  if (isFargate(metadata)) return 'Fargate runs no DaemonSets';
  if (os !== 'linux') return `runs ${os}`;
  if (metadata?.deletionTimestamp) return 'is being deleted';
  return ready ? null : `not Ready: ${reason}`;
}

const isVirtualKubelet = (metadata: V1Node['metadata']): boolean => metadata?.labels?.['type'] === 'virtual-kubelet';

const isFargate = (metadata: V1Node['metadata']): boolean =>
  metadata?.labels?.['eks.amazonaws.com/compute-type'] === 'fargate';

/** A node without a host: its address is that of whatever runs its pods. */
export const isVirtualNode = ({ metadata }: V1Node): boolean => isVirtualKubelet(metadata) || isFargate(metadata);

export const isReadyNode = (node: V1Node): boolean => readyCondition(node)?.status === 'True';

function readyCondition({ status }: V1Node): V1NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** The condition's reason and message: only the message says that it is the network plugin that is not ready. */
function reasonOfCondition(condition: V1NodeCondition | undefined): string {
  const said = [condition?.reason, condition?.message].filter((part) => part !== undefined && part !== '');
  return said.length === 0 ? 'no Ready condition' : said.join(': ');
}
