import { access, writeFile } from 'node:fs/promises';
import {
  apiAddress,
  controlNamespace,
  hostAddress,
  hostLink,
  type NodeAddresses,
  ranges,
  switchNamespace,
} from './addresses.ts';
import { type Family, type InEach, primary, those } from './families.ts';
import { outcomeOf, run } from './run.ts';
import type { Topology } from './topology/index.ts';

interface Network {
  readonly families: readonly Family[];
  readonly topology: Topology;
}

/** Builds the lab's network: a switch, and interfaces of the control plane, of each node and of this machine. No default route anywhere. */
export async function layNetwork(nodes: readonly NodeAddresses[], network: Network): Promise<void> {
  const { families } = network;
  await loadModules();
  await run('ip', ['-batch', '-'], {
    input: [switchNamespace, controlNamespace, ...nodes.map((node) => node.namespace)]
      .map((name) => `netns add ${name}`)
      .join('\n'),
  });
  await Promise.all([
    setSysctls(switchNamespace, {}),
    setSysctls(controlNamespace, hostSysctls),
    ...nodes.map((node) => setSysctls(node.namespace, nodeSysctls(families))),
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
      // Only addresses of the primary family are used from here; no link-local address, so no IPv6 chatter beside IPv4.
      `link set ${hostLink} addrgenmode none`,
    ].join('\n'),
  });
  if (primary({ ipv4: false, ipv6: true }, families)) await allowIPv6(hostLink);
  await run('ip', ['-batch', '-'], {
    input: [
      ...addressed(hostAddress, [families[0]!], hostLink),
      `link set ${hostLink} up`,
      // Answers to a pod that dials this machine go into the lab (and end there), never over the machine's default route.
      `route add ${primary(ranges.reserved, families)} dev ${hostLink}`,
    ].join('\n'),
  });
  await Promise.all([
    inNamespace(switchNamespace, [plug('host')]),
    inNamespace(controlNamespace, [
      'link set lo up',
      ...addressed(apiAddress, [families[0]!], 'eth0'),
      'link set eth0 up',
      // For its answers: the control plane is not part of a topology.
      ...nodes.map((node) => `route add ${primary(node.pods, families)} via ${primary(node, families)}`),
    ]),
    ...nodes.map((node) => inNamespace(node.namespace, nodeCommands(node, nodes, network))),
  ]);
}

const leg = (name: string, namespace: string): string =>
  `link add v-${name} type veth peer name eth0 netns ${namespace}`;
const plug = (name: string): string => `link set v-${name} master switch up`;

function nodeCommands(node: NodeAddresses, all: readonly NodeAddresses[], { families, topology }: Network): string[] {
  return [
    'link set lo up',
    ...addressed(node, families, 'eth0'),
    'link set eth0 up',
    // The Service range needs its own route, or the node's processes could not dial a ClusterIP: there is no default route, so that nothing ever leaves.
    ...those(ranges.services, families).map((range) => `route add ${range} dev eth0`),
    ...topology.routes(node, all, families),
  ];
}

/** `ip` commands that give an interface its addresses; without duplicate address detection they can be used at once. */
const addressed = ({ ipv4, ipv6 }: InEach, families: readonly Family[], link: string): string[] =>
  those({ ipv4: `addr add ${ipv4}/24 dev ${link}`, ipv6: `addr add ${ipv6}/64 dev ${link} nodad` }, families);

const hostSysctls: Readonly<Record<string, string>> = {
  'net/ipv6/conf/all/accept_ra': '0',
  'net/ipv6/conf/default/accept_ra': '0',
  // Without this an address is unusable for a second or more (duplicate address detection).
  'net/ipv6/conf/all/accept_dad': '0',
  'net/ipv6/conf/default/accept_dad': '0',
};

const forwarding = {
  ipv4: { 'net/ipv4/ip_forward': '1' },
  ipv6: { 'net/ipv6/conf/all/forwarding': '1', 'net/ipv6/conf/default/forwarding': '1' },
};

const nodeSysctls = (families: readonly Family[]): Record<string, string> => ({
  ...hostSysctls,
  ...Object.assign({}, ...those<Record<string, string>>(forwarding, families)),
  // On a bridge, a Service whose backend is on the same node works only when bridged packets traverse the rules.
  'net/bridge/bridge-nf-call-iptables': '1',
  'net/bridge/bridge-nf-call-ip6tables': '1',
});

// A machine without IPv6 of its own (`disable_ipv6` of all interfaces) gives a new interface none.
async function allowIPv6(link: string): Promise<void> {
  await writeFile(`/proc/sys/net/ipv6/conf/${link}/disable_ipv6`, '0');
  await writeFile(`/proc/sys/net/ipv6/conf/${link}/accept_ra`, '0');
}

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
