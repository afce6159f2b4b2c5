import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildKubeRouter } from '../build/kube-router.ts';
import { kubeconfigOf } from '../certificates.ts';
import { cniDraft, kubeRouterArguments, kubeRouterRules } from '../config/kube-router.ts';
import { those } from '../families.ts';
import { homeOf } from '../places.ts';
import { checkAlive } from '../spaces.ts';
import { waitFor } from '../wait.ts';
import { grant } from './grant.ts';
import { routedToAll } from './routed-to-all.ts';
import { tellAddresses } from './tell-addresses.ts';
import type { Topology } from './topology.ts';

const kubeconfig = '/etc/kubernetes/kube-router.conf';
const cniConfig = '/etc/cni/net.d/10-kuberouter.conflist';
const binary = '/usr/local/sbin/kube-router';
const components = ['kube-router'];

/** kube-router as its own kubeadm-kuberouter.yaml sets it up: it announces its pod ranges to the other nodes by BGP, and enforces NetworkPolicies. */
export const kubeRouter: Topology = {
  components,
  users: ['kube-router'],
  tools: { ipset: 'ipset' },
  kubeProxy: true,
  // kube-router creates them.
  routes: () => [],
  build: async (output, signal) => ({ [binary]: await buildKubeRouter(output, signal) }),
  files: async (_node, families) => ({
    [cniConfig]: JSON.stringify(cniDraft, null, 2),
    [kubeconfig]: await kubeconfigOf('kube-router', families),
  }),
  services: (node, families) => ({
    'kube-router': [
      'env',
      `NODE_NAME=${node.name}`,
      `KUBE_ROUTER_CNI_CONF_FILE=${cniConfig}`,
      binary,
      `--kubeconfig=${kubeconfig}`,
      ...kubeRouterArguments(node, families),
    ],
  }),
  register: async (api, nodes, families) => {
    await grant(api, 'kube-router', kubeRouterRules);
    await Promise.all(nodes.map((node) => tellAddresses(api, node, families)));
  },
  connect: async (node, first, options) => {
    const { all, families, signal } = options;
    const check = async () => {
      await Promise.all(all.map(({ name }) => checkAlive(name, components)));
    };
    // 20 nodes on two busy cores ask the API server all at once, and BGP peers try again every few seconds.
    const wait = (what: string, question: () => Promise<true | string>) =>
      waitFor(question, { what: `${what} on ${node.name}`, withinMs: 180_000, signal, check });

    const expected = those(node.pods, families);
    await wait('kube-router’s CNI configuration', async () => {
      const written = await readFile(join(homeOf(node.name).files, cniConfig), 'utf8');
      return expected.every((range) => written.includes(`"${range}"`)) || written;
    });
    await wait('a way to the pods of each other node', () => routedToAll(node, first, options));
  },
};
