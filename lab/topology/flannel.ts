import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeAddresses } from '../addresses.ts';
import { buildFlannel } from '../build/flannel.ts';
import { kubeconfigOf } from '../certificates.ts';
import { cniConfig, netConf, roles } from '../config/flannel.ts';
import { homeOf } from '../places.ts';
import { checkAlive, outcomeIn } from '../spaces.ts';
import { waitFor } from '../wait.ts';
import type { Topology } from './topology.ts';

const kubeconfig = '/etc/kubernetes/flannel.conf';
const netConfFile = '/etc/kubernetes/flannel-net-conf.json';
const binary = '/usr/local/sbin/flanneld';

/** VXLAN between the nodes, made by flanneld as its own kube-flannel.yml sets it up: what leaves the pod network is masqueraded, also towards nodes. */
export const flannel: Topology = {
  components: ['flanneld'],
  users: ['flannel'],
  // flanneld makes them.
  routes: () => [],
  build: async (output, signal) => ({ [binary]: await buildFlannel(output, signal) }),
  files: async (_node, dualStack) => ({
    [netConfFile]: JSON.stringify(netConf(dualStack), null, 2),
    [kubeconfig]: await kubeconfigOf('flannel'),
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
      // It would look for the interface of the default route, and there is none.
      '--iface=eth0',
    ],
  }),
  register: async (api) => {
    for (const [path, role] of Object.entries(roles)) {
      const { status, body } = await api('POST', path, role);
      if (status !== 201) throw new Error(`The API server did not take flannel’s ${role.kind}: ${body}`);
    }
  },
  connect: async (node, first, { all, dualStack, signal }) => {
    const check = async () => {
      await Promise.all(all.map(({ name }) => checkAlive(name, flannel.components)));
    };
    const wait = (what: string, question: () => Promise<true | string>) =>
      waitFor(question, { what: `${what} on ${node.name}`, withinMs: 60_000, signal, check });
    const said = async (...argv: string[]) => (await outcomeIn(first, argv, signal)).stdout;

    let subnetEnv = '';
    await wait('flanneld’s subnet.env', async () => {
      subnetEnv = await said('cat', '/run/flannel/subnet.env');
      return subnetEnv !== '' || 'no such file';
    });
    await writeCniConfig(node, subnetEnv);
    const others = all.filter((other) => other !== node).map(({ pods }) => pods);
    await wait('a route to the pods of each other node', async () => {
      const routes = (await said('ip', 'route')) + (await said('ip', '-6', 'route'));
      const expected = others.flatMap(({ ipv4, ipv6 }) => (dualStack ? [ipv4, ipv6] : [ipv4]));
      return expected.every((range) => routes.includes(`${range} via `)) || routes;
    });
  },
};

async function writeCniConfig(node: NodeAddresses, subnetEnv: string): Promise<void> {
  const folder = join(homeOf(node.name).files, '/etc/cni/net.d');
  // At once and whole: containerd reads it as soon as it is there.
  await writeFile(join(folder, 'draft'), JSON.stringify(cniConfig(subnetEnv), null, 2));
  await rename(join(folder, 'draft'), join(folder, '10-flannel.conflist'));
}
