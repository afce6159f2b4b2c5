/** Every topology by the name that the command lines know: a short description, whether it carries IPv6, and whether Services are kube-proxy's. The first is the default. */
export const topologyTable = {
  routed: { text: 'a bridge and host routes', ipv6: true, kubeProxy: true },
  flannel: { text: 'VXLAN', ipv6: true, kubeProxy: true },
  'flannel-host-gw': { text: 'host routes that flannel sets', ipv6: true, kubeProxy: true },
  'flannel-udp': { text: 'a tunnel through user space, IPv4 only', ipv6: false, kubeProxy: true },
  'kube-router': { text: 'routes by BGP; enforces NetworkPolicies', ipv6: true, kubeProxy: true },
  cilium: { text: 'eBPF, VXLAN; enforces NetworkPolicies', ipv6: true, kubeProxy: true },
  'cilium-native': { text: 'eBPF, host routes; enforces NetworkPolicies', ipv6: true, kubeProxy: true },
  'cilium-kube-proxy-free': { text: 'eBPF, VXLAN, Services too', ipv6: true, kubeProxy: false },
  'cilium-native-kube-proxy-free': { text: 'eBPF, host routes, Services too', ipv6: true, kubeProxy: false },
} as const;

export type TopologyName = keyof typeof topologyTable;

/** Their names. */
export const topologyNames = Object.keys(topologyTable) as [TopologyName, ...TopologyName[]];

/** Whether this checkout knows a topology of that name. */
export const isTopologyName = (name: string): name is TopologyName => Object.hasOwn(topologyTable, name);

/** "routed (a bridge and host routes; default), flannel (VXLAN), …". */
export const topologyList = topologyNames
  .map((name, n) => `${name} (${topologyTable[name].text}${n === 0 ? '; default' : ''})`)
  .join(', ');
