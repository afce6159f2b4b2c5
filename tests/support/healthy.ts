import type { Lab } from '../../lab/index.ts';
import { isTopologyName, type TopologyName } from '../../lab/topology/names.ts';
import type { Run } from '../../lib/verdict/run.ts';

/** What a run says of a lab in which nothing is planted. */
export interface Healthy {
  readonly verdict: Run['verdict'];
  /** MUST clauses that the plugin itself breaks, in the order of the catalogue. */
  readonly failed: readonly string[];
  readonly findings: readonly string[];
}

const masqueradesTowardsNodes = 'flat-network/pod-to-node-without-nat';
/** The API accepts NetworkPolicies everywhere. */
const ignoresPolicies = 'policy/supported';

/** What decides it. */
export type Network = Pick<Lab, 'topology' | 'proxy' | 'families'>;

/** True of each of these networks as it is shipped, over IPv4, beside kube-proxy in its mode iptables. */
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
  // What pods send it accepts before kube-proxy's rules of iptables can refuse it: a Service without pods is waited for.
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

/** Over IPv6 it gives up on policies that select peers (lab/README.md): for egress on all of them, which beside IPv4 is by halves. */
function policiesOfKubeRouter(families: readonly string[]): string[] {
  if (!families.includes('IPv6')) return [];
  const broken = ['ingress', 'egress', 'peers', 'ports', 'follows-changes'];
  return [...(families.includes('IPv4') ? ['on-every-node'] : []), ...broken].map((name) => `policy/${name}`);
}

/** The same of any lab; of one whose topology is unknown here, what is true of the lab's own network. */
export function healthyOn({ topology, proxy, families }: Network): Healthy {
  const usual = healthy[isTopologyName(topology) ? topology : 'routed'];
  if (topology !== 'kube-router') return usual;
  // nftables' own chains refuse before the filter table of iptables is asked.
  const findings =
    proxy === 'nftables' ? usual.findings.filter((id) => id !== 'services/endpoints-follow-pods') : usual.findings;
  return { ...usual, findings: [...findings, ...policiesOfKubeRouter(families)] };
}

/** What the same network is found with by a run with --policies off. */
export function withoutPolicies({ findings, ...usual }: Healthy): Healthy {
  return { ...usual, findings: findings.filter((id) => id !== ignoresPolicies) };
}
