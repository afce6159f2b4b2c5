import { cilium } from './cilium.ts';
import { flannel } from './flannel.ts';
import { kubeRouter } from './kube-router.ts';
import type { TopologyName } from './names.ts';
import { routed } from './routed.ts';
import type { Topology } from './topology.ts';

export { isTopologyName, type TopologyName } from './names.ts';
export type { ConnectOptions, Topology } from './topology.ts';

/** Every topology, by its name. */
export const topologies: Readonly<Record<TopologyName, Topology>> = {
  routed,
  flannel: flannel('vxlan'),
  'flannel-host-gw': flannel('host-gw'),
  'flannel-udp': flannel('udp'),
  'kube-router': kubeRouter,
  cilium: cilium({ routing: 'tunnel', kubeProxy: true }),
  'cilium-native': cilium({ routing: 'native', kubeProxy: true }),
  'cilium-kube-proxy-free': cilium({ routing: 'tunnel', kubeProxy: false }),
  'cilium-native-kube-proxy-free': cilium({ routing: 'native', kubeProxy: false }),
};
