/** Which network plugin is this? Recognised by its pods, or by its annotations on nodes. */
import type { V1Node, V1Pod } from '@kubernetes/client-node';

export interface Cni {
  name: string;
  evidence: string;
}

/** By a word in the name of a DaemonSet or in an image's path. Plugins that may include flannel come before "flannel". */
const byWord: [name: string, word: RegExp][] = [
  ['canal', /(^|\/)canal/],
  ['cilium', /(^|\/)cilium(-agent)?($|[:@-])/],
  ['calico', /calico-node|calico\/node/],
  ['antrea', /antrea-agent/],
  ['ovn-kubernetes', /ovnkube/],
  ['kube-ovn', /kube-ovn-cni/],
  ['aws-vpc-cni', /aws-node|amazon-k8s-cni/],
  ['azure-cni', /azure-cns|azure-vnet/],
  ['gke', /(^|[/-])netd($|[:@-])/],
  ['kube-router', /kube-router/],
  ['weave', /weave-net|weave-kube/],
  ['flannel', /kube-flannel|(^|\/)flannel($|[:@])/],
  ['kindnet', /kindnet/],
  ['terway', /terway/],
];

const byAnnotation: [name: string, prefix: string][] = [
  ['cilium', 'io.cilium.network'],
  ['cilium', 'network.cilium.io/'],
  ['calico', 'projectcalico.org/'],
  ['antrea', 'node.antrea.io/'],
  ['ovn-kubernetes', 'k8s.ovn.org/'],
  ['kube-ovn', 'ovn.kubernetes.io/'],
  ['kube-router', 'kube-router.io/'],
  ['flannel', 'flannel.alpha.coreos.com/'],
  ['flannel', 'k3s.io/flannel'],
];

/** "unknown" when nothing identifies it. */
export function detectCni(nodes: readonly V1Node[], pods: readonly V1Pod[]): Cni {
  const agents = pods.flatMap((pod) => {
    const owner = pod.metadata?.ownerReferences?.find(({ kind }) => kind === 'DaemonSet');
    return owner && pod.spec?.hostNetwork
      ? [
          {
            owner: owner.name,
            namespace: pod.metadata?.namespace ?? '',
            images: pod.spec.containers.map(({ image }) => image ?? ''),
          },
        ]
      : [];
  });
  for (const [name, word] of byWord) {
    for (const { owner, namespace, images } of agents) {
      const image = images.find((one) => word.test(one));
      if (word.test(owner) || image)
        return { name, evidence: `DaemonSet ${namespace}/${owner}, image ${image ?? images[0] ?? 'unknown'}` };
    }
  }
  for (const [name, prefix] of byAnnotation) {
    for (const { metadata } of nodes) {
      const found = Object.keys(metadata?.annotations ?? {}).find((key) => key.startsWith(prefix));
      if (found) return { name, evidence: `annotation ${found} of node ${metadata?.name}` };
    }
  }
  return { name: 'unknown', evidence: 'no DaemonSet and no node annotation that is known' };
}
