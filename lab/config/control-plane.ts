import { apiAddress, apiPort, ranges } from '../addresses.ts';

const pki = '/etc/kubernetes/pki';

const families = (range: { ipv4: string; ipv6: string }, dualStack: boolean): string =>
  dualStack ? `${range.ipv4},${range.ipv6}` : range.ipv4;

/** The command line of each control plane component, by name. */
export function controlPlaneServices(dualStack: boolean): Record<string, readonly string[]> {
  const services = families(ranges.services, dualStack);
  return {
    etcd: [
      'etcd',
      '--data-dir=/var/lib/etcd/data',
      '--unsafe-no-fsync',
      '--listen-client-urls=http://127.0.0.1:2379',
      '--advertise-client-urls=http://127.0.0.1:2379',
      '--listen-peer-urls=http://127.0.0.1:2380',
      '--log-level=warn',
    ],
    'kube-apiserver': [
      'kube-apiserver',
      '--etcd-servers=http://127.0.0.1:2379',
      `--bind-address=${apiAddress}`,
      `--advertise-address=${apiAddress}`,
      `--secure-port=${apiPort}`,
      `--tls-cert-file=${pki}/kube-apiserver.crt`,
      `--tls-private-key-file=${pki}/kube-apiserver.key`,
      `--client-ca-file=${pki}/ca.crt`,
      `--kubelet-client-certificate=${pki}/kubelet-client.crt`,
      `--kubelet-client-key=${pki}/kubelet-client.key`,
      `--kubelet-certificate-authority=${pki}/ca.crt`,
      '--kubelet-preferred-address-types=InternalIP',
      `--service-account-key-file=${pki}/sa.pub`,
      `--service-account-signing-key-file=${pki}/sa.key`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-cluster-ip-range=${services}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--profiling=false',
    ],
    // Fast clean-up: the suite waits until its namespace is gone, and a slow controller would count as the suite's time.
    'kube-controller-manager': [
      'kube-controller-manager',
      '--kubeconfig=/etc/kubernetes/kube-controller-manager.conf',
      `--root-ca-file=${pki}/ca.crt`,
      `--service-account-private-key-file=${pki}/sa.key`,
      '--use-service-account-credentials',
      '--leader-elect=false',
      '--allocate-node-cidrs',
      `--cluster-cidr=${families(ranges.pods, dualStack)}`,
      ...(dualStack
        ? ['--node-cidr-mask-size-ipv4=24', '--node-cidr-mask-size-ipv6=64']
        : ['--node-cidr-mask-size=24']),
      `--service-cluster-ip-range=${services}`,
      '--kube-api-qps=200',
      '--kube-api-burst=400',
      '--concurrent-namespace-syncs=20',
      '--concurrent-gc-syncs=20',
      '--profiling=false',
    ],
    'kube-scheduler': ['kube-scheduler', '--config=/etc/kubernetes/kube-scheduler.json'],
  };
}

/** The scheduler's configuration file. */
export const schedulerConfig = (): object => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  leaderElection: { leaderElect: false },
  clientConnection: { kubeconfig: '/etc/kubernetes/kube-scheduler.conf', qps: 200, burst: 400 },
  enableProfiling: false,
});
