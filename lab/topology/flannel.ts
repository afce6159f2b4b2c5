import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeAddresses } from '../addresses.ts';
import { buildFlannel } from '../build/flannel.ts';
import { kubeconfigOf } from '../certificates.ts';
import { type Backend, cniConfig, flannelRules, netConf } from '../config/flannel.ts';
import { homeOf, logOf } from '../places.ts';
import { requireTun } from '../prerequisites.ts';
import { checkAlive, outcomeIn } from '../spaces.ts';
import { waitFor } from '../wait.ts';
import { grant } from './grant.ts';
import { routedToAll } from './routed-to-all.ts';
import type { ConnectOptions, Topology } from './topology.ts';

const kubeconfig = '/etc/kubernetes/flannel.conf';
const netConfFile = '/etc/kubernetes/flannel-net-conf.json';
const binary = '/usr/local/sbin/flanneld';
const components = ['flanneld'];

/** flanneld with one of its backends, as its own kube-flannel.yml sets it up: what leaves the pod network is masqueraded, also towards nodes. */
export const flannel = (backend: Backend): Topology => ({
  components,
  users: ['flannel'],
  tools: {},
  kubeProxy: true,
  // flanneld creates them.
  routes: () => [],
  build: async (output, signal) => {
    if (backend === 'udp') await requireTun();
    return { [binary]: await buildFlannel(output, signal) };
  },
  files: async (_node, families) => ({
    [netConfFile]: JSON.stringify(netConf(backend, families), null, 2),
    [kubeconfig]: await kubeconfigOf('flannel', families),
  }),
  services: (node) => ({
    flanneld: [
      'env',
      `NODE_NAME=${node.name}`,
      binary,
      '--kube-subnet-mgr',
      `--kubeconfig-file=${kubeconfig}`,
      `--net-config-path=${netConfFile}`,
      '--ip-masq',
      // By default it looks for the interface of the default route, and there is none.
      '--iface=eth0',
    ],
  }),
  register: (api) => grant(api, 'flannel', flannelRules),
  connect: async (node, first, options) => {
    const { all, signal } = options;
    const check = async () => {
      await Promise.all(all.map(({ name }) => checkAlive(name, components)));
    };
    // 20 nodes on two busy cores ask the API server all at once.
    const wait = (what: string, question: () => Promise<true | string>) =>
      waitFor(question, { what: `${what} on ${node.name}`, withinMs: 180_000, signal, check });

    let subnetEnv = '';
    await wait('flanneld’s subnet.env', async () => {
      subnetEnv = (await outcomeIn(first, ['cat', '/run/flannel/subnet.env'], signal)).stdout;
      return subnetEnv !== '' || 'no such file';
    });
    await writeCniConfig(node, subnetEnv);
    await wait(
      'a way to the pods of each other node',
      backend === 'udp' ? () => tunnelled(node, options) : () => routedToAll(node, first, options),
    );
  },
});

/** Whether other nodes are reachable, with the backend that has one route for all pods and the rest in its own process: only its log shows that. */
async function tunnelled(node: NodeAddresses, { all }: ConnectOptions): Promise<true | string> {
  const log = await readFile(logOf(node.name, 'flanneld'), 'utf8');
  const missing = all.filter((other) => other !== node && !log.includes(`Subnet added: ${other.pods.ipv4}`));
  return missing.length === 0 || `none to ${missing.map(({ pods }) => pods.ipv4).join(', ')}`;
}

async function writeCniConfig(node: NodeAddresses, subnetEnv: string): Promise<void> {
  const folder = join(homeOf(node.name).files, '/etc/cni/net.d');
  // Atomically: containerd reads it as soon as it exists.
  await writeFile(join(folder, 'draft'), JSON.stringify(cniConfig(subnetEnv), null, 2));
  await rename(join(folder, 'draft'), join(folder, '10-flannel.conflist'));
}
