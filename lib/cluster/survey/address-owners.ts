/** Who owns which address, according to the API. A pod that may be gone owns nothing: its address may have a new owner by now. */
import { isIP } from 'node:net';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { canonicalAddress } from '../addresses.ts';
import type { Api } from '../api/api.ts';
import type { AddressOwner } from '../model.ts';
import { isReadyNode, isVirtualNode } from './nodes.ts';
import { listAll } from '../api/pages.ts';

/** Nodes and pods with their addresses, read again. */
export async function addressOwnersNow(api: Api): Promise<AddressOwner[]> {
  const [nodes, pods] = await Promise.all([
    listAll((page) => api.core.listNode(page)),
    listAll((page) => api.core.listPodForAllNamespaces(page)),
  ]);
  return addressOwners({ nodes, pods });
}

/** Ready nodes, and the pods on them. */
export function addressOwners({ nodes, pods }: { nodes: readonly V1Node[]; pods: readonly V1Pod[] }): AddressOwner[] {
  const ready = nodes.filter((node) => isReadyNode(node) && node.metadata?.deletionTimestamp === undefined);
  const names = new Set(ready.map(({ metadata }) => metadata?.name));
  return [...nodeOwners(ready), ...podOwners(pods.filter(({ spec }) => names.has(spec?.nodeName)))];
}

/** Pods that own their addresses: not host-network, finished or terminating pods, nor those without an address yet. */
export function podOwners(pods: readonly V1Pod[]): AddressOwner[] {
  return pods
    .filter(
      ({ metadata, spec, status }) =>
        spec?.hostNetwork !== true &&
        metadata?.deletionTimestamp === undefined &&
        status?.phase !== 'Succeeded' &&
        status?.phase !== 'Failed',
    )
    .flatMap(({ metadata, spec, status }) =>
      (status?.podIPs?.map(({ ip }) => ip) ?? [status?.podIP]).flatMap((address) =>
        address && isIP(address)
          ? [
              {
                kind: 'pod' as const,
                name: `${metadata?.namespace}/${metadata?.name}`,
                node: spec?.nodeName ?? '',
                address: canonicalAddress(address),
              },
            ]
          : [],
      ),
    );
}

/** Each node with its InternalIPs: an ExternalIP may be a gateway's that nodes share, and a virtual node's is its pod's. */
function nodeOwners(nodes: readonly V1Node[]): AddressOwner[] {
  return nodes
    .filter((node) => !isVirtualNode(node))
    .flatMap(({ metadata, status }) => {
      const name = metadata?.name ?? '';
      const own = (status?.addresses ?? []).filter(({ type, address }) => type === 'InternalIP' && isIP(address));
      return [...new Set(own.map(({ address }) => canonicalAddress(address)))].map((address) => ({
        kind: 'node' as const,
        name,
        node: name,
        address,
      }));
    });
}
