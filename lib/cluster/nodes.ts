/** Nodes as the API tells of them, and whether a probe can be expected on each. */
import type { V1Node, V1NodeCondition, V1Pod } from '@kubernetes/client-node';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { AddressOwner, NodeFacts } from './model.ts';

/** What the survey keeps of one node. */
export function nodeFacts(node: V1Node): NodeFacts {
  const { metadata, spec, status } = node;
  const info = status?.nodeInfo;
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  const ready = condition?.status === 'True';
  const os = info?.operatingSystem ?? metadata?.labels?.['kubernetes.io/os'] ?? 'unknown';
  return {
    name: metadata?.name ?? '',
    ready,
    skipped: whySkipped(node, { ready, os, reason: reasonOfCondition(condition) }),
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

function whySkipped(
  { metadata }: V1Node,
  { ready, os, reason }: { ready: boolean; os: string; reason: string },
): string | null {
  if (metadata?.labels?.['type'] === 'virtual-kubelet') return 'a virtual kubelet: no host to speak for';
  if (metadata?.labels?.['eks.amazonaws.com/compute-type'] === 'fargate') return 'Fargate runs no DaemonSets';
  if (os !== 'linux') return `runs ${os}`;
  if (metadata?.deletionTimestamp) return 'is being deleted';
  return ready ? null : `not Ready: ${reason}`;
}

/** The kubelet's word and sentence: without the sentence nobody knows that it is the network plugin that is not ready. */
function reasonOfCondition(condition: V1NodeCondition | undefined): string {
  const said = [condition?.reason, condition?.message].filter((part) => part !== undefined && part !== '');
  return said.length === 0 ? 'no Ready condition' : said.join(': ');
}

/** Pods that own their addresses: host-network and finished pods, and those that have none yet, aside. */
export function podOwners(pods: readonly V1Pod[]): AddressOwner[] {
  return pods
    .filter(
      ({ spec, status }) => spec?.hostNetwork !== true && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
    )
    .flatMap(({ metadata, spec, status }) =>
      (status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP ? [status.podIP] : [])).flatMap((address) =>
        address && isIP(address)
          ? [
              {
                kind: 'pod' as const,
                name: `${metadata?.namespace}/${metadata?.name}`,
                node: spec?.nodeName ?? '',
                address: canonical(address),
              },
            ]
          : [],
      ),
    );
}

/** Each node with each of its own addresses, one entry an address. */
export function nodeOwners(nodes: readonly NodeFacts[]): AddressOwner[] {
  return nodes.flatMap(({ name, addresses }) =>
    [
      ...new Set(
        addresses
          .map(({ address }) => address)
          .filter((address) => isIP(address))
          .map(canonical),
      ),
    ].map((address) => ({ kind: 'node' as const, name, node: name, address })),
  );
}

/** One spelling for one address, so that text comparison finds doubles. */
const canonical = (address: string): string => ipaddr.parse(address).toString();
