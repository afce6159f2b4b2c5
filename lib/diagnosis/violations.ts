import type { Violation } from '../facts/violation.ts';
import { givenTwice, lookWhoHas } from './addresses/given-twice.ts';
import { carriedByTwo, lookWhoCarries } from './addresses/carried-twice.ts';
import { hiddenByTranslation, lookAtPodsOf } from './addresses/hidden-address.ts';
import type { LikelyCause } from './look-with.ts';

/** What may be behind a violation, and where to look; null where the edges that it was read off say more. */
export function explainViolation(violation: Violation): LikelyCause | null {
  switch (violation.kind) {
    case 'answered by another':
    case 'peers differ':
      return null;
    case 'two owners':
      return {
        likelyCause: violation.holders.every(({ kind }) => kind === 'node')
          ? "nodes were given one address: the kubelets' --node-ip, or the cloud's addresses"
          : givenTwice,
        lookWith: lookWhoHas(violation.address),
      };
    case 'carried twice':
      return { likelyCause: carriedByTwo(violation), lookWith: lookWhoCarries(violation) };
    case 'ranges overlap':
      return {
        likelyCause: `${violation.one} and ${violation.other} were given overlapping ranges: --cluster-cidr, --service-cluster-ip-range, the plugin's pools, or a node's podCIDR set by hand`,
        lookWith:
          "kubectl get nodes -o custom-columns='NAME:.metadata.name,PODS:.spec.podCIDRs,ADDRESSES:.status.addresses[*].address'; kubectl get servicecidrs",
      };
    case 'pods in a service range':
      return {
        likelyCause: `the network plugin gives pods addresses of the service range ${violation.range}`,
        lookWith: 'kubectl get pods -A -o wide; kubectl get servicecidrs',
      };
    case 'pod does not start':
      return {
        likelyCause: `the network plugin of ${violation.node} cannot set up a pod's network (its binaries under /opt/cni/bin or its configuration under /etc/cni/net.d are gone or broken)`,
        lookWith: `kubectl get events -A --field-selector source=kubelet; kubectl describe node ${violation.node}`,
      };
    case 'new pod without address':
      return {
        likelyCause: `the network plugin of ${violation.node} gives new pods no ${violation.family} address`,
        lookWith: `kubectl describe node ${violation.node}`,
      };
    case 'pod without address':
      return {
        likelyCause: `the network plugin gave ${violation.probe} no ${violation.family} address`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'downward API differs':
      return {
        likelyCause: `the kubelet of ${violation.node} reports another address than it hands to the pod`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'interfaces differ':
      return { likelyCause: hiddenByTranslation, lookWith: lookAtPodsOf(violation.node) };
  }
}
