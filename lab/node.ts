import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeAddresses } from './addresses.ts';
import { cniPlugins } from './build/components.ts';
import { copyImageStore } from './build/image-store.ts';
import { kubeconfigOf } from './certificates.ts';
import { containerdConfig, kubeletConfig, nodeServices, proxyConfig } from './config/node.ts';
import type { Family } from './families.ts';
import { certificatesFolder, homeOf } from './places.ts';
import type { ProcessIdentity } from './processes.ts';
import { shareAll } from './share.ts';
import { type Files, openSpace, startServices } from './spaces.ts';
import type { ConnectOptions, Topology } from './topology/index.ts';

export interface NodeOptions {
  readonly components: string;
  readonly store: string;
  readonly proxy: 'iptables' | 'nftables';
  readonly families: readonly Family[];
  readonly topology: Topology;
  /** The topology's own files and folders: their paths on this machine, by their path in a node. */
  readonly binaries: Readonly<Record<string, string>>;
}

/** Names of a node's components, in start order. */
export const nodeComponents = (topology: Pick<Topology, 'components' | 'kubeProxy'>): string[] => [
  'containerd',
  ...topology.components,
  ...afterNetwork(topology),
];
const afterNetwork = ({ kubeProxy }: Pick<Topology, 'kubeProxy'>) => ['kubelet', ...(kubeProxy ? ['kube-proxy'] : [])];

/** Makes a node and starts its containerd. The other components are started once the API server is up. */
export async function startNode(node: NodeAddresses, options: NodeOptions): Promise<ProcessIdentity> {
  const { components, store, families, topology, binaries } = options;
  const { home, files, containerd } = homeOf(node.name);
  const plugins = join(files, 'opt/cni/bin');
  await Promise.all([mkdir(home, { recursive: true }), mkdir(plugins, { recursive: true })]);
  // Copies, not links: a fault may change or remove one node's plugin.
  await Promise.all([
    copyImageStore(store, containerd),
    ...cniPlugins.map((plugin) => copyFile(join(components, plugin), join(plugins, plugin))),
    shareAll(binaries, files),
  ]);
  const first = await openSpace(node.name, components, await nodeFiles(node, options), {
    ...nodeServices(node, families),
    ...topology.services(node, families),
  });
  await startServices(first, ['containerd']);
  return first;
}

/** Starts what needs the API server. */
export async function completeNode(
  node: NodeAddresses,
  first: ProcessIdentity,
  { topology, ...options }: ConnectOptions & { topology: Topology },
): Promise<void> {
  // The network first: a kubelet that finds none only looks again after 5 s.
  await startServices(first, topology.components);
  await topology.connect(node, first, options);
  await startServices(first, afterNetwork(topology));
}

async function nodeFiles(node: NodeAddresses, { proxy, families, topology }: NodeOptions): Promise<Files> {
  const read = (file: string) => readFile(join(certificatesFolder, file), 'utf8');
  return {
    '/etc/containerd/config.toml': containerdConfig(),
    '/etc/kubernetes/kubelet.json': JSON.stringify(kubeletConfig(node, families), null, 2),
    '/etc/kubernetes/kubelet.conf': await kubeconfigOf(node.name, families),
    '/etc/kubernetes/kube-proxy.json': JSON.stringify(proxyConfig(proxy, families), null, 2),
    '/etc/kubernetes/kube-proxy.conf': await kubeconfigOf('kube-proxy', families),
    '/etc/kubernetes/pki/ca.crt': await read('ca.crt'),
    '/etc/kubernetes/pki/kubelet.crt': await read(`${node.name}.crt`),
    '/etc/kubernetes/pki/kubelet.key': await read(`${node.name}.key`),
    ...(await topology.files(node, families)),
  };
}
