import { probeImage } from '../build/images.ts';
import { type Family, primary, those } from '../families.ts';

const namespace = 'kube-system';
const labels = { 'k8s-app': 'kube-dns' };
const group = 'rbac.authorization.k8s.io';

/** The tenth address of the Service range, as with kubeadm. */
const dnsAddresses = { ipv4: '198.19.0.10', ipv6: '2001:2:0:f::a' };

/** Where the binary is on each node. */
export const dnsBinary = '/usr/local/sbin/coredns';

/** Of CoreDNS, in the API. */
export const deploymentPath = `/apis/apps/v1/namespaces/${namespace}/deployments/coredns`;

/** What CoreDNS needs in the API, by the path that each is posted to: as in kubeadm's manifests, but for the image (the probes' own, with the binary of the node in it) and two instances on different nodes. */
export const dnsObjects = (families: readonly Family[]): readonly (readonly [path: string, object: object])[] => [
  [
    `/api/v1/namespaces/${namespace}/serviceaccounts`,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'coredns' } },
  ],
  [
    `/apis/${group}/v1/clusterroles`,
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'system:coredns' },
      rules: [
        { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
  ],
  [
    `/apis/${group}/v1/clusterrolebindings`,
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'system:coredns' },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'system:coredns' },
      subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace }],
    },
  ],
  [
    `/api/v1/namespaces/${namespace}/configmaps`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredns' }, data: { Corefile: corefile } },
  ],
  [`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment],
  [
    `/api/v1/namespaces/${namespace}/services`,
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', labels },
      spec: {
        selector: labels,
        clusterIP: primary(dnsAddresses, families),
        clusterIPs: those(dnsAddresses, families),
        ipFamilyPolicy: families.length > 1 ? 'RequireDualStack' : 'SingleStack',
        ports: [
          { name: 'dns', protocol: 'UDP', port: 53 },
          { name: 'dns-tcp', protocol: 'TCP', port: 53 },
        ],
      },
    },
  ],
];

/** kubeadm's, without forwarding: nothing leaves the lab. */
const corefile = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       ttl 30
    }
    cache 30
    loadbalance
}
`;

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'coredns', labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: 'coredns',
        dnsPolicy: 'Default',
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: labels },
          },
        ],
        containers: [
          {
            name: 'coredns',
            image: probeImage,
            imagePullPolicy: 'IfNotPresent',
            command: [dnsBinary, '-conf', '/etc/coredns/Corefile'],
            ports: [{ containerPort: 53, protocol: 'UDP' }],
            readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
            volumeMounts: [
              { name: 'config', mountPath: '/etc/coredns' },
              { name: 'binary', mountPath: dnsBinary, readOnly: true },
            ],
          },
        ],
        volumes: [
          { name: 'config', configMap: { name: 'coredns' } },
          { name: 'binary', hostPath: { path: dnsBinary, type: 'File' } },
        ],
      },
    },
  },
};
