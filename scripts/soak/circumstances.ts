import { isDeepStrictEqual } from 'node:util';
import type { LabOptions } from '../../lab/index.ts';
import { topologyNames, topologyTable } from '../../lab/topology/names.ts';

/** Conditions that must not change a run's result. */
export interface Circumstance {
  readonly name: string;
  readonly lab: Pick<LabOptions, 'nodes' | 'proxy' | 'families' | 'topology' | 'dns'>;
  /** Processes beside the runs that only use CPU time. */
  readonly busyLoops: number;
  /** Between the end of a run and the start of the next. */
  readonly pauseMs: number;
}

const familiesOf = { IPv4: ['IPv4'], 'dual stack': ['IPv4', 'IPv6'], ipv6: ['IPv6'] } as const satisfies Record<
  string,
  LabOptions['families']
>;

const usual = { nodes: 3, proxy: 'iptables', families: ['IPv4'], topology: 'routed', dns: true } as const;

/** Each differs from the first in what its name says. */
export const circumstances: readonly Circumstance[] = [
  circumstance('3 nodes'),
  // What the last run left on the nodes (flows, neighbours) still exists.
  circumstance('one run after the other', {}, { pauseMs: 0 }),
  circumstance('10 nodes', { nodes: 10 }),
  circumstance('16 nodes', { nodes: 16 }),
  circumstance('24 busy loops', {}, { busyLoops: 24 }),
  circumstance('dual stack', { families: ['IPv4', 'IPv6'] }),
  circumstance('ipv6', { families: ['IPv6'] }),
  circumstance('nftables', { proxy: 'nftables' }),
  circumstance('nftables, dual stack', { proxy: 'nftables', families: ['IPv4', 'IPv6'] }),
  circumstance('flannel', { topology: 'flannel' }),
  circumstance('flannel, dual stack', { topology: 'flannel', families: ['IPv4', 'IPv6'] }),
  circumstance('flannel-host-gw', { topology: 'flannel-host-gw' }),
  circumstance('flannel-udp', { topology: 'flannel-udp' }),
  circumstance('kube-router', { topology: 'kube-router' }),
  circumstance('cilium', { topology: 'cilium' }),
  circumstance('cilium-native, dual stack', { topology: 'cilium-native', families: ['IPv4', 'IPv6'] }),
  circumstance('cilium-kube-proxy-free', { topology: 'cilium-kube-proxy-free' }),
  circumstance('cilium-native-kube-proxy-free', { topology: 'cilium-native-kube-proxy-free' }),
];

/** Every other network of the lab: each topology with each mode of kube-proxy and each choice of families. */
export const furtherNetworks: readonly Circumstance[] = topologyNames.flatMap((topology) => {
  const { ipv6, kubeProxy } = topologyTable[topology];
  const all = (ipv6 ? (['IPv4', 'dual stack', 'ipv6'] as const) : (['IPv4'] as const)).flatMap((families) =>
    (kubeProxy ? (['iptables', 'nftables'] as const) : (['iptables'] as const)).map((proxy) =>
      circumstance(
        [topology, ...(proxy === 'iptables' ? [] : [proxy]), ...(families === 'IPv4' ? [] : [families])].join(', '),
        { topology, proxy, families: familiesOf[families] },
      ),
    ),
  );
  return all.filter(({ lab }) => !circumstances.some((one) => isDeepStrictEqual(one.lab, lab)));
});

function circumstance(
  name: string,
  lab: Partial<Circumstance['lab']> = {},
  { busyLoops = 0, pauseMs = 10_000 }: Partial<Pick<Circumstance, 'busyLoops' | 'pauseMs'>> = {},
): Circumstance {
  return { name, lab: { ...usual, ...lab }, busyLoops, pauseMs };
}
