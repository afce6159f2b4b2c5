import type { NodeAddresses } from '../addresses.ts';
import { type Family, those } from '../families.ts';
import type { Topology } from './topology.ts';

/** A bridge on each node, a route to each other node's pod ranges, no NAT between pods. It needs no further component. */
export const routed: Topology = {
  components: [],
  users: [],
  tools: {},
  kubeProxy: true,
  routes: (node, all, families) =>
    all
      .filter((other) => other !== node)
      .flatMap(({ pods, ipv4, ipv6 }) =>
        those({ ipv4: `route add ${pods.ipv4} via ${ipv4}`, ipv6: `route add ${pods.ipv6} via ${ipv6}` }, families),
      ),
  build: async () => ({}),
  // Exists before the kubelet starts, so that the node is Ready with its first status.
  files: async (node, families) => ({
    '/etc/cni/net.d/10-flatnet.conflist': JSON.stringify(cniConfig(node, families), null, 2),
  }),
  services: () => ({}),
  register: async () => {},
  connect: async () => {},
};

const cniConfig = (node: NodeAddresses, families: readonly Family[]): object => ({
  cniVersion: '1.0.0',
  name: 'flatnet',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      hairpinMode: true,
      ipMasq: false,
      ...(families.includes('IPv6') ? { enabledad: false } : {}),
      ipam: {
        type: 'host-local',
        ranges: those(node.pods, families).map((subnet) => [{ subnet }]),
        routes: those({ ipv4: '0.0.0.0/0', ipv6: '::/0' }, families).map((dst) => ({ dst })),
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});
