import { apiAddress, apiPort, ranges } from '../addresses.ts';
import { type Family, primary, those } from '../families.ts';

const pki = '/etc/kubernetes/pki';

/** The command line of each control plane component, by name. */
export function controlPlaneServices(families: readonly Family[]): Record<string, readonly string[]> {
  const services = those(ranges.services, families).join();
  const address = primary(apiAddress, families);
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
      `--bind-address=${address}`,
      `--advertise-address=${address}`,
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
      `--cluster-cidr=${those(ranges.pods, families).join()}`,
      ...those({ ipv4: '--node-cidr-mask-size-ipv4=24', ipv6: '--node-cidr-mask-size-ipv6=64' }, families),
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
