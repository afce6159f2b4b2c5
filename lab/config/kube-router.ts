import { type NodeAddresses, ranges } from '../addresses.ts';
import { type Family, those } from '../families.ts';
import type { PolicyRule } from '../topology/grant.ts';

/** The arguments of its own kubeadm-kuberouter.yaml: pod routes by BGP, NetworkPolicies by iptables and ipset; Services are left to kube-proxy. */
export const kubeRouterArguments = (node: NodeAddresses, families: readonly Family[]): string[] => [
  '--run-router=true',
  '--run-firewall=true',
  '--run-service-proxy=false',
  '--bgp-graceful-restart=true',
  `--hostname-override=${node.name}`,
  `--service-cluster-ip-range=${those(ranges.services, families).join()}`,
  ...(families.includes('IPv6') ? ['--enable-ipv6=true'] : []),
  // A BGP router's id has the form of an IPv4 address, and by default is the node's own.
  ...(families.includes('IPv4') ? [] : ['--enable-ipv4=false', '--router-id=generate']),
];

/** The CNI configuration of the same manifest, into which kube-router writes the node's pod ranges and the MTU. */
export const cniDraft = {
  cniVersion: '0.3.0',
  name: 'mynet',
  plugins: [
    {
      name: 'kubernetes',
      type: 'bridge',
      bridge: 'kube-bridge',
      isDefaultGateway: true,
      ipam: { type: 'host-local' },
    },
  ],
};

const look = ['get', 'list', 'watch'];

/** kube-router's API permissions, as in its manifest. */
export const kubeRouterRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['namespaces', 'pods', 'services', 'nodes', 'endpoints'], verbs: look },
  { apiGroups: ['networking.k8s.io', 'extensions'], resources: ['networkpolicies'], verbs: look },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  { apiGroups: [''], resources: ['services/status'], verbs: ['update'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: look },
];
