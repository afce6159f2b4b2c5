import type { NodeAddresses } from '../addresses.ts';
import type { Topology } from './topology.ts';

/** A bridge on each node, a route to each other node's pod ranges, no NAT between pods. It needs no further component. */
export const routed: Topology = {
  components: [],
  users: [],
  tools: {},
  kubeProxy: true,
  routes: (node, all, dualStack) =>
    all
      .filter((other) => other !== node)
      .flatMap(({ pods, ipv4, ipv6 }) => [
        `route add ${pods.ipv4} via ${ipv4}`,
        ...(dualStack ? [`route add ${pods.ipv6} via ${ipv6}`] : []),
      ]),
  build: async () => ({}),
  // Exists before the kubelet starts, so that the node is Ready with its first status.
  files: async (node, dualStack) => ({
    '/etc/cni/net.d/10-flatnet.conflist': JSON.stringify(cniConfig(node, dualStack), null, 2),
  }),
  services: () => ({}),
  register: async () => {},
  connect: async () => {},
};

const cniConfig = (node: NodeAddresses, dualStack: boolean): object => ({
  cniVersion: '1.0.0',
  name: 'flatnet',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      hairpinMode: true,
      ipMasq: false,
      ...(dualStack ? { enabledad: false } : {}),
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: node.pods.ipv4 }], ...(dualStack ? [[{ subnet: node.pods.ipv6 }]] : [])],
        routes: [{ dst: '0.0.0.0/0' }, ...(dualStack ? [{ dst: '::/0' }] : [])],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});
