import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controlName, type NodeAddresses } from './addresses.ts';
import { type Api, connectApi } from './api.ts';
import { kubeconfigOf } from './certificates.ts';
import { controlPlaneServices, schedulerConfig } from './config/control-plane.ts';
import { type Family, those } from './families.ts';
import type { NodeOptions } from './node.ts';
import { certificatesFolder, homeOf } from './places.ts';
import type { ProcessIdentity } from './processes.ts';
import { shareAll } from './share.ts';
import { checkAlive, type Files, openSpace, startServices } from './spaces.ts';
import type { Topology } from './topology/index.ts';
import { waitFor } from './wait.ts';

export interface ControlPlaneOptions {
  readonly families: readonly Family[];
  readonly nodes: readonly NodeAddresses[];
  readonly signal?: AbortSignal | undefined;
}

/** Names of the control plane's components, in start order. */
export const controlPlaneComponents = ({ central }: Pick<Topology, 'central'>): string[] => [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  ...(central?.components ?? []),
];

/** Starts etcd and the API server without waiting for them. */
export async function startControlPlane({
  components,
  families,
  binaries,
  topology: { central },
}: Pick<NodeOptions, 'components' | 'families' | 'binaries' | 'topology'>): Promise<ProcessIdentity> {
  if (central) await shareAll(binaries, homeOf(controlName).files);
  const files = { ...(await controlPlaneFiles(families)), ...(await central?.files(families)) };
  const services = { ...controlPlaneServices(families), ...central?.services(families) };
  const first = await openSpace(controlName, components, files, services);
  await startServices(first, ['etcd', 'kube-apiserver']);
  return first;
}

/** Waits for the API server, registers the nodes with their pod ranges, and starts what needs the API. */
export async function completeControlPlane(
  first: ProcessIdentity,
  { nodes, families, signal }: ControlPlaneOptions,
): Promise<Api> {
  const api = await connectApi();
  const check = () => checkAlive(controlName, ['etcd', 'kube-apiserver']);
  const healthy = async () => {
    const { status, body } = await api('GET', '/readyz');
    return status === 200 || body.split('\n')[0] || `status ${status}`;
  };
  // The controller-manager exits after waiting over 10 s for a ready API server, so it is started later.
  await waitFor(healthy, { what: 'A ready API server', withinMs: 180_000, signal, check });
  await Promise.all(nodes.map((node) => registerNode(api, node, families)));
  await startServices(first, ['kube-controller-manager', 'kube-scheduler']);
  return api;
}

// The kubelet adopts an existing Node. So its pod range, and with it the CNI configuration, is known before
// the kubelet starts, and the node is Ready with its first status.
async function registerNode(api: Api, node: NodeAddresses, families: readonly Family[]): Promise<void> {
  const podCIDRs = those(node.pods, families);
  const { status, body } = await api('POST', '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: { 'kubernetes.io/hostname': node.name },
      // As a kubelet registers it. flanneld (v0.28.10) panics when it sees a node without annotations.
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: { podCIDR: podCIDRs[0], podCIDRs },
  });
  if (status !== 201) throw new Error(`The API server did not take ${node.name}: ${body}`);
}

async function controlPlaneFiles(families: readonly Family[]): Promise<Files> {
  const files = [
    'ca.crt',
    'kube-apiserver.crt',
    'kube-apiserver.key',
    'kubelet-client.crt',
    'kubelet-client.key',
    'sa.key',
    'sa.pub',
  ];
  const pki = await Promise.all(
    files.map(
      async (file) => [`/etc/kubernetes/pki/${file}`, await readFile(join(certificatesFolder, file), 'utf8')] as const,
    ),
  );
  return {
    ...Object.fromEntries(pki),
    '/etc/kubernetes/kube-controller-manager.conf': await kubeconfigOf('kube-controller-manager', families),
    '/etc/kubernetes/kube-scheduler.conf': await kubeconfigOf('kube-scheduler', families),
    '/etc/kubernetes/kube-scheduler.json': JSON.stringify(schedulerConfig()),
  };
}
