/** Everything that a run creates in its namespace, as plain objects. */
import type {
  V1ConfigMap,
  V1Container,
  V1DaemonSet,
  V1ObjectMeta,
  V1Pod,
  V1PodSpec,
  V1ServiceAccount,
} from '@kubernetes/client-node';
import { probeEnvironment } from '../../probe/wire.ts';
import { portNames, type ProbeName } from '../model.ts';
import { ownNodeSelector } from './added.ts';
import { marked, noMarks, type Marks } from '../marks.ts';
import { noMeshPod } from './no-mesh.ts';

export const probeContainer = 'probe';
export const probeLabel = 'flatnet/probe';
const serviceAccountName = 'flatnet-probe';
const sourcesName = 'flatnet-probe-sources';
const pullSecretName = 'flatnet-pull';
const sourcesPath = '/flatnet';
/** Pods have all ports to themselves, so nothing collides; with an ordinary port, a filter on high ports does not fail clauses by chance. */
const podPort = 8080;

/** The command of an exec stream in a probe's container. */
export const bridgeCommand = ['node', `${sourcesPath}/bridge.js`];

export interface ProbeManifestOptions {
  image: string;
  /** The port that node probes listen on; 0: the kernel's choice. */
  hostPort: number;
  hasPullSecret: boolean;
  /** Kubernetes before 1.30 only has status.hostIP. */
  hostIPsField: 'status.hostIPs' | 'status.hostIP';
  /** Paths below `sourcesPath`: the input of `sourcesConfigMap`. */
  sourcePaths: readonly string[];
  marks?: Marks;
  /** Of the container, by resource. */
  limits?: Readonly<Record<string, string>>;
  /** As the restricted Pod Security level asks: without raw sockets, not as root. */
  isRestricted?: boolean;
}

/** A path as a key of a ConfigMap, which can't contain slashes. */
const sourceKey = (path: string): string => path.replaceAll('/', '.');

/** `sources`: path → text. */
export const sourcesConfigMap = (sources: Record<string, string>, marks: Marks = noMarks): V1ConfigMap => ({
  metadata: marked({ name: sourcesName }, marks),
  immutable: true,
  data: Object.fromEntries(Object.entries(sources).map(([path, text]) => [sourceKey(path), text])),
});

/** A separate account, since pods are refused until a controller has created the namespace's "default" account. */
export const probeServiceAccount = (marks: Marks): V1ServiceAccount => ({
  metadata: marked({ name: serviceAccountName }, marks),
  automountServiceAccountToken: false,
});

export const copiedPullSecret = (
  data: Record<string, string>,
  marks: Marks,
): { metadata: { name: string }; type: string; data: Record<string, string> } => ({
  metadata: marked({ name: pullSecretName }, marks),
  type: 'kubernetes.io/dockerconfigjson',
  data,
});

/** One probe on every Linux node, whatever its taints. */
export function probeDaemonSet(name: ProbeName, options: ProbeManifestOptions): V1DaemonSet {
  const labels = { [probeLabel]: name, 'app.kubernetes.io/managed-by': 'flatnet' };
  return {
    metadata: marked({ name, labels }, options.marks ?? noMarks),
    spec: {
      selector: { matchLabels: { [probeLabel]: name } },
      template: {
        metadata: podMetadata({ label: name, marks: options.marks ?? noMarks }),
        spec: podSpec(name, options),
      },
    },
  };
}

/** One more pod, bound to a node, with a name that it can have again elsewhere. No DaemonSet takes it for its own. */
export function namedPod(name: string, { node, ...options }: ProbeManifestOptions & { node: string }): V1Pod {
  const { marks = noMarks } = options;
  return { metadata: podMetadata({ label: name, name, marks }), spec: podSpec('fresh', { node, ...options }) };
}

/** `label`: by which a DaemonSet knows its pods. */
function podMetadata({ label, marks, name }: { label: string; marks: Marks; name?: string }): V1ObjectMeta {
  const labels = { [probeLabel]: label, 'app.kubernetes.io/managed-by': 'flatnet', ...noMeshPod.labels };
  const named = name === undefined ? {} : { name };
  return marked({ ...named, labels, annotations: { ...noMeshPod.annotations } }, marks);
}

function podSpec(
  name: ProbeName,
  {
    image,
    hostPort,
    hasPullSecret,
    hostIPsField,
    sourcePaths,
    limits = {},
    isRestricted = false,
    node,
  }: ProbeManifestOptions & { node?: string },
): V1PodSpec {
  const onHost = name === 'node';
  return {
    ...(node === undefined ? {} : { nodeName: node }),
    serviceAccountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostNetwork: onHost,
    // The probes resolve no names; the cluster's DNS is part of the network under test.
    dnsPolicy: 'Default',
    nodeSelector: { ...ownNodeSelector },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'type', operator: 'NotIn', values: ['virtual-kubelet'] },
                { key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['fargate'] },
              ],
            },
          ],
        },
      },
    },
    tolerations: [{ operator: 'Exists' }],
    // The agent ends at once on SIGTERM; a longer period would only delay the clean-up.
    terminationGracePeriodSeconds: 1,
    ...(hasPullSecret ? { imagePullSecrets: [{ name: pullSecretName }] } : {}),
    securityContext: { seccompProfile: { type: 'RuntimeDefault' }, ...(isRestricted ? unprivileged : {}) },
    containers: [
      container({
        image,
        limits,
        isRestricted,
        environment: environment({ kind: onHost ? 'node' : 'pod', port: onHost ? hostPort : podPort, hostIPsField }),
        // On the host network, a port that is named would be a port of the node that the scheduler gives away once.
        ports: onHost ? undefined : namedPorts,
      }),
    ],
    volumes: [
      {
        name: 'sources',
        configMap: { name: sourcesName, items: sourcePaths.map((path) => ({ key: sourceKey(path), path })) },
      },
      { name: 'tmp', emptyDir: {} },
    ],
  };
}

const namedPorts = (['TCP', 'UDP'] as const).map((protocol) => ({
  name: portNames[protocol],
  containerPort: podPort,
  protocol,
}));

/** Nobody's account; the sysctl is a safe one, and lets it listen on ports below 1024, too. */
const unprivileged = {
  runAsNonRoot: true,
  runAsUser: 65_532,
  runAsGroup: 65_532,
  sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
};

/** No readiness probe: it would pass through the network under test. */
const container = ({
  image,
  limits,
  isRestricted,
  environment: env,
  ports,
}: Required<Pick<ProbeManifestOptions, 'image' | 'limits' | 'isRestricted'>> & {
  environment: NonNullable<V1Container['env']>;
  ports: V1Container['ports'];
}): V1Container => ({
  name: probeContainer,
  image,
  imagePullPolicy: 'IfNotPresent',
  // What the agent wrote last is in the pod's status, then: why it ended.
  terminationMessagePolicy: 'FallbackToLogsOnError',
  command: ['node', `${sourcesPath}/agent.js`],
  env,
  ...(ports === undefined ? {} : { ports }),
  resources: {
    requests: { cpu: '10m', memory: '32Mi' },
    ...(Object.keys(limits).length === 0 ? {} : { limits: { ...limits } }),
  },
  securityContext: {
    ...(isRestricted ? {} : { runAsUser: 0 }),
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], ...(isRestricted ? {} : { add: ['NET_RAW', 'NET_BIND_SERVICE'] }) },
  },
  volumeMounts: [
    { name: 'sources', mountPath: sourcesPath, readOnly: true },
    { name: 'tmp', mountPath: '/tmp' },
  ],
});

function environment({
  kind,
  port,
  hostIPsField,
}: {
  kind: 'pod' | 'node';
  port: number;
  hostIPsField: string;
}): NonNullable<V1Container['env']> {
  const told = (name: string, fieldPath: string): { name: string; valueFrom: object } => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return [
    told(probeEnvironment.pod, 'metadata.name'),
    told(probeEnvironment.uid, 'metadata.uid'),
    told(probeEnvironment.node, 'spec.nodeName'),
    told(probeEnvironment.podIPs, 'status.podIPs'),
    told(probeEnvironment.hostIPs, hostIPsField),
    { name: probeEnvironment.kind, value: kind },
    { name: probeEnvironment.port, value: String(port) },
  ];
}
