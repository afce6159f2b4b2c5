/** Objects as an API server gives them, with just enough in them. */
import type { V1Node, V1Pod } from '@kubernetes/client-node';

export function nodeObject(
  name: string,
  {
    ready = true,
    os = 'linux',
    labels = {},
    annotations = {},
    podCIDRs = ['10.1.0.0/24'],
    addresses = [{ type: 'InternalIP', address: '192.0.2.1' }],
    message,
    created,
  }: Partial<{
    ready: boolean;
    os: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    podCIDRs: string[];
    addresses: { type: string; address: string }[];
    /** Of the Ready condition. */
    message: string;
    created: string;
  }> = {},
): V1Node {
  return {
    metadata: { name, labels, annotations, ...(created ? { creationTimestamp: new Date(created) } : {}) },
    spec: { podCIDRs },
    status: {
      addresses,
      conditions: [
        {
          type: 'Ready',
          status: ready ? 'True' : 'False',
          reason: ready ? 'KubeletReady' : 'KubeletNotReady',
          ...(message ? { message } : {}),
        },
      ],
      nodeInfo: { operatingSystem: os, kubeletVersion: 'v1.37.2' } as never,
    },
  };
}

export function podObject(
  name: string,
  {
    namespace = 'default',
    node = 'node-1',
    ips = ['10.1.0.5'],
    hostNetwork = false,
    phase = 'Running',
    ready = true,
    labels = {},
    owner,
    image = 'image',
    args = [],
    waiting,
    deleted = false,
    sidecars = [],
  }: Partial<{
    namespace: string;
    node: string;
    ips: string[];
    hostNetwork: boolean;
    phase: string;
    ready: boolean;
    labels: Record<string, string>;
    owner: string;
    image: string;
    args: string[];
    waiting: { reason: string; message?: string };
    deleted: boolean;
    /** Names of more containers. */
    sidecars: string[];
  }> = {},
): V1Pod {
  return {
    metadata: {
      name,
      namespace,
      uid: `uid-of-${name}`,
      labels,
      ...(deleted ? { deletionTimestamp: new Date() } : {}),
      ...(owner ? { ownerReferences: [{ kind: 'DaemonSet', name: owner, apiVersion: 'apps/v1', uid: 'u' }] } : {}),
    },
    spec: {
      nodeName: node,
      hostNetwork,
      containers: [{ name: 'probe', image, args }, ...sidecars.map((sidecar) => ({ name: sidecar }))],
    },
    status: {
      phase,
      podIPs: ips.map((ip) => ({ ip })),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      ...(waiting
        ? { containerStatuses: [{ name: 'c', ready: false, restartCount: 0, image, imageID: '', state: { waiting } }] }
        : {}),
    },
  };
}
