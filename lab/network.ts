import { access } from 'node:fs/promises';
import {
  apiAddress,
  controlNamespace,
  hostAddress,
  hostLink,
  type NodeAddresses,
  ranges,
  switchNamespace,
} from './addresses.ts';
import { outcomeOf, run } from './run.ts';
import type { Topology } from './topology/index.ts';

interface Network {
  readonly dualStack: boolean;
  readonly topology: Topology;
}

/** Builds the lab's network: a switch, and interfaces of the control plane, of each node and of this machine. No default route anywhere. */
export async function layNetwork(nodes: readonly NodeAddresses[], network: Network): Promise<void> {
  await loadModules();
  await run('ip', ['-batch', '-'], {
    input: [switchNamespace, controlNamespace, ...nodes.map((node) => node.namespace)]
      .map((name) => `netns add ${name}`)
      .join('\n'),
  });
  await Promise.all([
    setSysctls(switchNamespace, {}),
    setSysctls(controlNamespace, hostSysctls),
    ...nodes.map((node) => setSysctls(node.namespace, nodeSysctls(network.dualStack))),
  ]);
  await inNamespace(switchNamespace, [
    'link set lo up',
    'link add switch type bridge',
    'link set switch up',
    leg('control', controlNamespace),
    ...nodes.map((node) => leg(node.name, node.namespace)),
    ...['control', ...nodes.map((node) => node.name)].map(plug),
  ]);
  await run('ip', ['-batch', '-'], {
    input: [
      `link add ${hostLink} type veth peer name v-host netns ${switchNamespace}`,
      // Only the API server's IPv4 address is used from here; no link-local address, so no IPv6 chatter either.
      `link set ${hostLink} addrgenmode none`,
      `addr add ${hostAddress}/24 dev ${hostLink}`,
      `link set ${hostLink} up`,
      // Answers to a pod that dials this machine go into the lab (and end there), never over the machine's default route.
      `route add ${ranges.reserved} dev ${hostLink}`,
    ].join('\n'),
  });
  await Promise.all([
    inNamespace(switchNamespace, [plug('host')]),
    inNamespace(controlNamespace, [
      'link set lo up',
      `addr add ${apiAddress}/24 dev eth0`,
      'link set eth0 up',
      ...routesToPods(nodes),
    ]),
    ...nodes.map((node) => inNamespace(node.namespace, nodeCommands(node, nodes, network))),
  ]);
}

const leg = (name: string, namespace: string): string =>
  `link add v-${name} type veth peer name eth0 netns ${namespace}`;
const plug = (name: string): string => `link set v-${name} master switch up`;

function nodeCommands(node: NodeAddresses, all: readonly NodeAddresses[], { dualStack, topology }: Network): string[] {
  return [
    'link set lo up',
    `addr add ${node.ipv4}/24 dev eth0`,
    ...(dualStack ? [`addr add ${node.ipv6}/64 dev eth0 nodad`] : []),
    'link set eth0 up',
    // The Service range needs its own route, or the node's processes could not dial a ClusterIP: there is no default route, so that nothing ever leaves.
    `route add ${ranges.services.ipv4} dev eth0`,
    ...(dualStack ? [`route add ${ranges.services.ipv6} dev eth0`] : []),
    ...topology.routes(node, all, dualStack),
  ];
}

// For its answers: the control plane is not part of a topology.
const routesToPods = (nodes: readonly NodeAddresses[]): string[] =>
  nodes.map((node) => `route add ${node.pods.ipv4} via ${node.ipv4}`);

const hostSysctls: Readonly<Record<string, string>> = {
  'net/ipv6/conf/all/accept_ra': '0',
  'net/ipv6/conf/default/accept_ra': '0',
  // Without this an address is unusable for a second or more (duplicate address detection).
  'net/ipv6/conf/all/accept_dad': '0',
  'net/ipv6/conf/default/accept_dad': '0',
};

const nodeSysctls = (dualStack: boolean): Record<string, string> => ({
  ...hostSysctls,
  'net/ipv4/ip_forward': '1',
  ...(dualStack ? { 'net/ipv6/conf/all/forwarding': '1', 'net/ipv6/conf/default/forwarding': '1' } : {}),
  // On a bridge, a Service whose backend is on the same node works only when bridged packets traverse the rules.
  'net/bridge/bridge-nf-call-iptables': '1',
  'net/bridge/bridge-nf-call-ip6tables': '1',
});

async function setSysctls(namespace: string, values: Readonly<Record<string, string>>): Promise<void> {
  const script = Object.entries(values)
    .map(([name, value]) => `echo ${value} > /proc/sys/${name}`)
    .join('\n');
  await run('nsenter', [`--net=/run/netns/${namespace}`, 'sh', '-e'], { input: script });
}

/** Runs `ip` commands in one namespace, all in one process. */
async function inNamespace(namespace: string, commands: readonly string[]): Promise<void> {
  await run('ip', ['-n', namespace, '-batch', '-'], { input: `${commands.join('\n')}\n` });
}

// Usually loaded or built in; a missing one shows as the error of the step that needs it.
async function loadModules(): Promise<void> {
  if (
    await access('/proc/sys/net/bridge/bridge-nf-call-iptables').then(
      () => false,
      () => true,
    )
  )
    await outcomeOf('modprobe', ['-a', 'br_netfilter', 'overlay', 'veth']);
}
