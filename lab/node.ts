import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeAddresses } from './addresses.ts';
import { cniPlugins } from './build/components.ts';
import { copyImageStore } from './build/image-store.ts';
import { kubeconfigOf } from './certificates.ts';
import { cniConfig, containerdConfig, kubeletConfig, nodeServices, proxyConfig } from './config/node.ts';
import { certificatesFolder, homeOf } from './places.ts';
import type { ProcessIdentity } from './processes.ts';
import { type Files, openSpace, startServices } from './spaces.ts';

export interface NodeOptions {
  readonly components: string;
  readonly store: string;
  readonly proxy: 'iptables' | 'nftables';
  readonly dualStack: boolean;
}

/** Names of a node's components, in the order in which they are started. */
export const nodeComponents = ['containerd', 'kubelet', 'kube-proxy'] as const;

/** Makes a node and starts its containerd. Its kubelet and kube-proxy wait for the API server. */
export async function startNode(
  node: NodeAddresses,
  { components, store, proxy, dualStack }: NodeOptions,
): Promise<ProcessIdentity> {
  const { home, files, containerd } = homeOf(node.name);
  const plugins = join(files, 'opt/cni/bin');
  await Promise.all([mkdir(home, { recursive: true }), mkdir(plugins, { recursive: true })]);
  // Copies, not links: a fault may change or remove one node's plugin.
  await Promise.all([
    copyImageStore(store, containerd),
    ...cniPlugins.map((plugin) => copyFile(join(components, plugin), join(plugins, plugin))),
  ]);
  const first = await openSpace(
    node.name,
    components,
    await nodeFiles(node, proxy, dualStack),
    nodeServices(node, dualStack),
  );
  await startServices(first, ['containerd']);
  return first;
}

/** Starts what needs the API server. */
export const completeNode = (first: ProcessIdentity): Promise<void> => startServices(first, ['kubelet', 'kube-proxy']);

async function nodeFiles(node: NodeAddresses, proxy: 'iptables' | 'nftables', dualStack: boolean): Promise<Files> {
  const read = (file: string) => readFile(join(certificatesFolder, file), 'utf8');
  return {
    '/etc/cni/net.d/10-flatnet.conflist': JSON.stringify(cniConfig(node, dualStack), null, 2),
    '/etc/containerd/config.toml': containerdConfig(),
    '/etc/kubernetes/kubelet.json': JSON.stringify(kubeletConfig(node), null, 2),
    '/etc/kubernetes/kubelet.conf': await kubeconfigOf(node.name),
    '/etc/kubernetes/kube-proxy.json': JSON.stringify(proxyConfig(proxy, dualStack), null, 2),
    '/etc/kubernetes/kube-proxy.conf': await kubeconfigOf('kube-proxy'),
    '/etc/kubernetes/pki/ca.crt': await read('ca.crt'),
    '/etc/kubernetes/pki/kubelet.crt': await read(`${node.name}.crt`),
    '/etc/kubernetes/pki/kubelet.key': await read(`${node.name}.key`),
  };
}
