import { type NodeAddresses, ranges } from '../addresses.ts';
import { pauseImage } from '../build/images.ts';
import { type Family, primary, those } from '../families.ts';

/** The command line of each node component, by name. The kubelet counts what containers use once a minute only: nobody asks. */
export const nodeServices = (node: NodeAddresses, families: readonly Family[]): Record<string, readonly string[]> => ({
  containerd: ['containerd', '--config=/etc/containerd/config.toml', '--log-level=warn'],
  kubelet: [
    'kubelet',
    '--config=/etc/kubernetes/kubelet.json',
    '--kubeconfig=/etc/kubernetes/kubelet.conf',
    '--housekeeping-interval=1m',
    `--hostname-override=${node.name}`,
    `--node-ip=${those(node, families).join()}`,
  ],
  'kube-proxy': ['kube-proxy', '--config=/etc/kubernetes/kube-proxy.json', `--hostname-override=${node.name}`],
});

/** /etc/containerd/config.toml. By default it counts what each container uses every second: on 16 nodes that took a third of a core. */
export const containerdConfig = (): string => `version = 3
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${pauseImage}"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  disable_apparmor = true
  stats_collect_period = "1h"
  stats_retention_period = "2h"
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["/opt/cni/bin"]
  conf_dir = "/etc/cni/net.d"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  BinaryName = "/opt/flatnet/bin/runc"
  SystemdCgroup = false
`;

/** The kubelet's configuration file: realistic in everything that concerns the network, fast in the rest. */
export const kubeletConfig = (node: NodeAddresses, families: readonly Family[]): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: primary(node, families),
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: '/etc/kubernetes/pki/kubelet.crt',
  tlsPrivateKeyFile: '/etc/kubernetes/pki/kubelet.key',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  // The kubelet rejects cgroup v1 machines by default; the lab does not need its QoS tree.
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  failSwapOn: false,
  healthzPort: 0,
  clusterDNS: [],
  resolvConf: '',
  maxPods: 200,
  evictionHard: {
    'memory.available': '0%',
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
    'imagefs.inodesFree': '0%',
  },
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  serializeImagePulls: false,
  registryPullQPS: 0,
  eventRecordQPS: 0,
  kubeAPIQPS: 100,
  kubeAPIBurst: 200,
  // Watched, not polled: a probe's ConfigMap is there when its pod starts.
  configMapAndSecretChangeDetectionStrategy: 'Watch',
});

/** kube-proxy's configuration file, with kubeadm's own addresses for health and metrics. */
export const proxyConfig = (mode: 'iptables' | 'nftables', families: readonly Family[]): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode,
  clusterCIDR: those(ranges.pods, families).join(),
  clientConnection: { kubeconfig: '/etc/kubernetes/kube-proxy.conf' },
  healthzBindAddress: primary({ ipv4: '0.0.0.0:10256', ipv6: '[::]:10256' }, families),
  metricsBindAddress: primary({ ipv4: '127.0.0.1:10249', ipv6: '[::1]:10249' }, families),
  // That sysctl applies to the whole machine; 0 leaves it alone.
  conntrack: { maxPerCore: 0, min: 0 },
});
