import { isTopologyName, type TopologyName } from '../../lab/topology/names.ts';
import type { Run } from '../../lib/verdict/run.ts';

/** What a run says of a lab in which nothing is planted, by its topology. */
export interface Healthy {
  readonly verdict: Run['verdict'];
  /** MUST clauses that the plugin itself breaks, in the order of the catalogue. */
  readonly failed: readonly string[];
  readonly findings: readonly string[];
}

const masqueradesTowardsNodes = 'flat-network/pod-to-node-without-nat';
/** The API accepts NetworkPolicies everywhere. */
const ignoresPolicies = 'policy/supported';

/** True of each of these networks as it is shipped. */
export const healthy: Readonly<Record<TopologyName, Healthy>> = {
  routed: { verdict: 'conformant', failed: [], findings: [ignoresPolicies] },
  flannel: { verdict: 'conformant', failed: [], findings: [masqueradesTowardsNodes, ignoresPolicies] },
  // flanneld masquerades what comes from outside of the pod network into it (`! -s POD-NETWORK -d POD-NETWORK -j MASQUERADE --random-fully`).
  // Without a tunnel, a node dials from such an address: it stays the same, and the port does not.
  'flannel-host-gw': {
    verdict: 'conformant',
    failed: [],
    findings: ['flat-network/node-to-pod-without-nat', masqueradesTowardsNodes, ignoresPolicies],
  },
  'flannel-udp': { verdict: 'conformant', failed: [], findings: [masqueradesTowardsNodes, ignoresPolicies] },
  // The CNI configuration in its manifest leaves the bridge's hairpin mode off.
  // What pods send it accepts before kube-proxy's rules can refuse it: a Service without pods is waited for.
  'kube-router': {
    verdict: 'conformant',
    failed: [],
    findings: ['services/hairpin', 'services/endpoints-follow-pods'],
  },
  // By iptables, towards everything outside of the pod network. Its programs keep a flow of UDP with a pod that has left the Service while it is behind
  // another one, as the suite's are, and drop what a pod sends to a Service without pods.
  cilium: { verdict: 'conformant', failed: [], findings: [masqueradesTowardsNodes, 'services/endpoints-follow-pods'] },
  // By BPF, which leaves nodes out.
  'cilium-native': { verdict: 'conformant', failed: [], findings: ['services/endpoints-follow-pods'] },
  'cilium-kube-proxy-free': { verdict: 'conformant', failed: [], findings: [masqueradesTowardsNodes] },
  'cilium-native-kube-proxy-free': { verdict: 'conformant', failed: [], findings: [] },
};

/** The same by a name that may be unknown here: then what is true of the lab's own network. */
export function healthyOn(topology: string): Healthy {
  return healthy[isTopologyName(topology) ? topology : 'routed'];
}

/** What the same network is found with by a run with --policies off. */
export function withoutPolicies({ findings, ...usual }: Healthy): Healthy {
  return { ...usual, findings: findings.filter((id) => id !== ignoresPolicies) };
}
