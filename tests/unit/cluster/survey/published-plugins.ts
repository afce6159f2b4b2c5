/** Names and images as the plugins' public manifests have them; versions are arbitrary. */
export interface Published {
  owner: string;
  image: string;
  /** Images of further containers of its pods. */
  sidecars?: readonly string[];
}

const eks = '602401143452.dkr.ecr.us-west-2.amazonaws.com';

/** By the name that the suite gives a plugin; after a slash, a distribution of it. */
export const published = {
  flannel: { owner: 'kube-flannel-ds', image: 'ghcr.io/flannel-io/flannel:v0.28.0' },
  'flannel/rke2': { owner: 'kube-flannel-ds', image: 'rancher/hardened-flannel:v0.28.9-build20260819' },
  calico: { owner: 'calico-node', image: 'docker.io/calico/node:v3.31.0' },
  'calico/operator': { owner: 'calico-node', image: 'quay.io/calico/node:v3.32.0' },
  'calico/rke2': { owner: 'calico-node', image: 'rancher/mirrored-calico-node:v3.31.0' },
  canal: {
    owner: 'canal',
    image: 'docker.io/calico/node:v3.31.0',
    sidecars: ['docker.io/flannel/flannel:v0.24.4'],
  },
  'canal/rke2': {
    owner: 'rke2-canal',
    image: 'rancher/hardened-calico:v3.32.1-build20260827',
    sidecars: ['rancher/hardened-flannel:v0.28.9-build20260819'],
  },
  'calico-vpp': {
    owner: 'calico-vpp-node',
    image: 'docker.io/calicovpp/vpp:v3.32.0',
    sidecars: ['docker.io/calicovpp/agent:v3.32.0'],
  },
  cilium: { owner: 'cilium', image: 'quay.io/cilium/cilium:v1.19.0@sha256:0' },
  'cilium/rke2': { owner: 'cilium', image: 'rancher/mirrored-cilium-cilium:v1.19.0' },
  'aws-vpc-cni': { owner: 'aws-node', image: `${eks}/amazon-k8s-cni:v1.20.0` },
  'azure-cni': { owner: 'azure-cns', image: 'mcr.microsoft.com/containernetworking/azure-cns:v1.7.17-0' },
  gke: { owner: 'netd', image: 'gke.gcr.io/netd:v0.6.19-gke-v0.2.5-gke.0' },
  terway: { owner: 'terway-eniip', image: 'registry.cn-hangzhou.aliyuncs.com/acs/terway:v1.16.8' },
  'oci-vcn-native': {
    owner: 'vcn-native-ip-cni',
    image: 'iad.ocir.io/id9y6mi8tcky/oke-public-vcn-native-ip-cni-plugin@sha256:0',
  },
  // Users load the image into a registry of their own, and name it as they like: the DaemonSet's name must do.
  'nsx-ncp': { owner: 'nsx-node-agent', image: 'registry.example/library/nsx-ncp-ubuntu:latest' },
  'nsx-ncp/renamed': { owner: 'nsx-node-agent', image: 'registry.example/library/container-plugin:1' },
  aci: {
    owner: 'aci-containers-host',
    image: 'quay.io/noiro/aci-containers-host:6.0.4.1.81c2369.z',
    sidecars: ['quay.io/noiro/opflex:6.0.4.1.81c2369.z'],
  },
  antrea: { owner: 'antrea-agent', image: 'antrea/antrea-agent-ubuntu:v2.4.0' },
  'ovn-kubernetes': {
    owner: 'ovnkube-node',
    image: 'ghcr.io/ovn-kubernetes/ovn-kubernetes/ovn-kube-ubuntu:master',
  },
  'ovn-kubernetes/openshift': {
    owner: 'ovnkube-node',
    image: 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0',
  },
  'kube-ovn': { owner: 'kube-ovn-cni', image: 'docker.io/kubeovn/kube-ovn:v1.15.0' },
  weave: {
    owner: 'weave-net',
    image: 'docker.io/weaveworks/weave-kube:2.6.0',
    sidecars: ['docker.io/weaveworks/weave-npc:2.6.0'],
  },
  kindnet: { owner: 'kindnet', image: 'docker.io/kindest/kindnetd:v20250214-acbabc1a' },
  'kube-router': { owner: 'kube-router', image: 'docker.io/cloudnativelabs/kube-router:v2.5.0' },
  kilo: { owner: 'kilo', image: 'squat/kilo:0.6.0' },
  multus: { owner: 'kube-multus-ds', image: 'ghcr.io/k8snetworkplumbingwg/multus-cni:v4.1.4' },
  spiderpool: { owner: 'spiderpool-agent', image: 'ghcr.io/spidernet-io/spiderpool/spiderpool-agent:v1.1.1' },
} as const satisfies Record<string, Published>;
