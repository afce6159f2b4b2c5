/** Network plugins by the names that their public manifests give to DaemonSets and images. */

interface Plugin {
  name: string;
  /** In the name of a DaemonSet or in an image's path. */
  word: RegExp;
  /** With this argument it does not route. */
  unless?: string;
}

/** Give pods their addresses and routes. With one of a cloud or of a virtual network beside them, those of `engines` enforce policies and leave routing to it. */
export const routers: readonly Plugin[] = [
  { name: 'terway', word: /terway/ },
  { name: 'aws-vpc-cni', word: /(^|\/)aws-node($|[:@-])|amazon-k8s-cni($|[:@])/ },
  { name: 'azure-cni', word: /azure-cns|azure-vnet|(^|\/)azure-cni/ },
  { name: 'gke', word: /(^|[/-])netd($|[:@-])/ },
  { name: 'oci-vcn-native', word: /vcn-native-ip-cni|oci-vcn-native/ },
  { name: 'nsx-ncp', word: /(^|\/)nsx-(node-agent|ncp)/ },
  { name: 'aci', word: /aci-containers-(host|openvswitch)/ },
  { name: 'kube-ovn', word: /kube-ovn-cni/, unless: '--non-primary-cni-mode=true' },
  { name: 'ovn-kubernetes', word: /ovnkube/ },
  { name: 'canal', word: /(^|[/-])canal($|[:@-])/ },
  { name: 'calico-vpp', word: /calico-?vpp/ },
];

/** Route as well, where none of `engines` runs: with one, which of the two it is depends on files of the nodes. */
export const plainRouters: readonly Plugin[] = [
  { name: 'weave', word: /weave-net|weave-kube/ },
  { name: 'flannel', word: /kube-flannel|(^|\/)flannel($|[:@])/ },
  { name: 'kindnet', word: /kindnet/ },
  { name: 'kube-router', word: /kube-router/, unless: '--run-router=false' },
  { name: 'kilo', word: /(^|\/)kilo($|[:@-])/, unless: '--cni=false' },
];

/** Route and enforce policies, or the latter alone: which, `chained.ts` tells. */
export const engines: readonly Plugin[] = [
  { name: 'cilium', word: /(^|[/-])cilium(-agent)?($|[:@-])|(^|\/)anetd($|[:@-])/ },
  { name: 'calico', word: /calico-node|calico\/node/ },
  { name: 'antrea', word: /antrea-agent/ },
];

/** Enforce policies only. */
export const policyOnly: readonly Plugin[] = [
  { name: 'kube-router', word: /kube-router/ },
  { name: 'azure-npm', word: /azure-npm/ },
  { name: 'aws-network-policy-agent', word: /aws-network-policy-agent/, unless: '--enable-network-policy=false' },
];

/** Call other plugins, or give some pods further interfaces. */
export const secondary: readonly Plugin[] = [
  { name: 'multus', word: /multus/ },
  { name: 'spiderpool', word: /spiderpool-agent/ },
];

export type { Plugin };

/** What plugins write on nodes; those that run outside of pods are known by it alone. */
export const byAnnotation: readonly [name: string, prefix: string][] = [
  ['cilium', 'io.cilium.network'],
  ['cilium', 'network.cilium.io/'],
  ['calico', 'projectcalico.org/'],
  ['antrea', 'node.antrea.io/'],
  ['ovn-kubernetes', 'k8s.ovn.org/'],
  ['kube-ovn', 'ovn.kubernetes.io/'],
  ['kube-router', 'kube-router.io/'],
  ['flannel', 'flannel.alpha.coreos.com/'],
  ['flannel', 'k3s.io/flannel'],
  ['kilo', 'kilo.squat.ai/'],
];
