import { ranges } from '../addresses.ts';
import { type Family, primary } from '../families.ts';
import type { PolicyRule } from '../topology/grant.ts';

/** In which ways one Cilium differs from another. */
export interface Variant {
  /** How packets reach another node: in VXLAN, or as they are. */
  readonly routing: 'tunnel' | 'native';
  /** Whether Services are kube-proxy's, so that Cilium translates only what pods and sockets dial. */
  readonly kubeProxy: boolean;
}

/** Where the agent looks for `bpf/`, the sources that it compiles. */
export const sourceFolder = '/var/lib/cilium';
/** Written by the agent once it can serve the CNI plugin. */
export const cniConfig = '/etc/cni/net.d/05-cilium.conflist';

/** What its chart puts into the ConfigMap kube-system/cilium-config: the chart's defaults where they matter here. */
export const ciliumConfig = ({ routing, kubeProxy }: Variant, families: readonly Family[]): Record<string, string> => ({
  'cluster-name': 'default',
  'cluster-id': '0',
  'identity-allocation-mode': 'crd',
  'enable-ipv4': String(families.includes('IPv4')),
  'enable-ipv6': String(families.includes('IPv6')),
  ipam: 'kubernetes',
  ...(routing === 'native' ? native(families) : { 'routing-mode': 'tunnel', 'tunnel-protocol': 'vxlan' }),
  'enable-ipv4-masquerade': String(families.includes('IPv4')),
  'enable-ipv6-masquerade': String(families.includes('IPv6')),
  'kube-proxy-replacement': String(!kubeProxy),
  // In kube-proxy's place, as load balancers ask it.
  ...(kubeProxy
    ? {}
    : {
        'kube-proxy-replacement-healthz-bind-address': primary({ ipv4: '0.0.0.0:10256', ipv6: '[::]:10256' }, families),
      }),
  'bpf-map-dynamic-size-ratio': '0.0025',
  'monitor-aggregation': 'medium',
  // By default it looks for the interface of the default route, and there is none.
  devices: 'eth0',
  'direct-routing-device': 'eth0',
  // A separate process in C++ that is no Go module: without it no policies by HTTP path or DNS name.
  'enable-l7-proxy': 'false',
  'enable-hubble': 'false',
  // They would run one more pod's worth of namespaces on each node, dialling all others.
  'enable-health-checking': 'false',
  'enable-endpoint-health-checking': 'false',
  // There is no DaemonSet to tell the suite which plugin this is.
  'annotate-k8s-node': 'true',
  'cni-exclusive': 'true',
  'cni-log-file': '/var/run/cilium/cilium-cni.log',
  'write-cni-conf-when-ready': cniConfig,
  'state-dir': '/var/run/cilium',
});

// Routes to the other nodes, which are in the same subnet; BPF instead of iptables masquerades, and leaves nodes' own addresses out.
const native = (families: readonly Family[]): Record<string, string> => ({
  'routing-mode': 'native',
  'auto-direct-node-routes': 'true',
  ...(families.includes('IPv4') ? { 'ipv4-native-routing-cidr': ranges.pods.ipv4 } : {}),
  ...(families.includes('IPv6') ? { 'ipv6-native-routing-cidr': ranges.pods.ipv6 } : {}),
  'enable-bpf-masquerade': 'true',
});

const look = ['get', 'list', 'watch'];
const all = ['create', 'update', 'patch', 'delete', 'deletecollection', ...look];

/** The agent's API permissions: its chart's, with all of Cilium's own objects in one rule. */
export const agentRules: readonly PolicyRule[] = [
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: look },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: look },
  { apiGroups: [''], resources: ['namespaces', 'services', 'pods', 'nodes', 'configmaps'], verbs: look },
  { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch'] },
  { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: look },
  { apiGroups: ['cilium.io'], resources: ['*'], verbs: all },
];

/** The operator's. */
export const operatorRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: [...look, 'delete'] },
  { apiGroups: [''], resources: ['nodes', 'nodes/status', 'configmaps'], verbs: [...look, 'patch'] },
  { apiGroups: [''], resources: ['services/status'], verbs: ['update', 'patch'] },
  { apiGroups: [''], resources: ['namespaces', 'serviceaccounts', 'secrets', 'services'], verbs: look },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: look },
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions', 'customresourcedefinitions/status'],
    verbs: ['create', 'update', ...look],
  },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
  { apiGroups: ['cilium.io'], resources: ['*'], verbs: all },
];
