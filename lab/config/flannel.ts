import ipaddr from 'ipaddr.js';
import { ranges } from '../addresses.ts';
import type { Family } from '../families.ts';
import type { PolicyRule } from '../topology/grant.ts';

/** How flanneld carries what pods send to other nodes: encapsulated by the kernel, by plain routes, or encapsulated by its own process. */
export type Backend = 'vxlan' | 'host-gw' | 'udp';

/** flanneld's net-conf.json, as in flannel's own kube-flannel.yml except for the backend. */
export const netConf = (backend: Backend, families: readonly Family[]): object => ({
  ...(families.includes('IPv4') ? { Network: ranges.pods.ipv4 } : { EnableIPv4: false }),
  ...(families.includes('IPv6') ? { EnableIPv6: true, IPv6Network: ranges.pods.ipv6 } : {}),
  EnableNFTables: false,
  Backend: { Type: backend },
});

/** flanneld's API permissions, as in kube-flannel.yml. */
export const flannelRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch'] },
];

/**
 * The CNI configuration that flannel's plugin makes from kube-flannel.yml's own and from flanneld's subnet.env on each
 * call. The plugin itself is not built; its delegate, the bridge plugin, gets the same configuration here.
 */
export function cniConfig(subnetEnv: string): object {
  const env = new Map(subnetEnv.split('\n').map((line) => line.split('=', 2) as [string, string]));
  const all = (...names: string[]): string[] => names.flatMap((name) => env.get(name)?.split(',') ?? []);
  return {
    name: 'cbr0',
    cniVersion: '1.0.0',
    plugins: [
      {
        type: 'bridge',
        hairpinMode: true,
        isDefaultGateway: true,
        isGateway: true,
        // Only one of flanneld and the plugin masquerades.
        ipMasq: env.get('FLANNEL_IPMASQ') !== 'true',
        mtu: Number(env.get('FLANNEL_MTU')),
        ipam: {
          type: 'host-local',
          ranges: all('FLANNEL_SUBNET', 'FLANNEL_IPV6_SUBNET').map((gateway) => [{ subnet: networkOf(gateway) }]),
          routes: all('FLANNEL_NETWORK', 'FLANNEL_IPV6_NETWORK').map((dst) => ({ dst })),
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

// subnet.env names the gateway with its prefix length, 198.18.64.1/24.
function networkOf(gateway: string): string {
  const [address, length] = ipaddr.parseCIDR(gateway);
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(gateway)
      : ipaddr.IPv6.networkAddressFromCIDR(gateway);
  return `${network.toString()}/${length}`;
}
