/** Services in the run's namespace, with pods of the run behind them. They go with the namespace. */
import type { V1Service, V1ServiceList } from '@kubernetes/client-node';
import pMap from 'p-map';
import type { Api } from '../api/api.ts';
import { ClusterError } from '../api/errors.ts';
import { labelPods } from './labels.ts';
import { marked, noMarks, type Marks } from '../marks.ts';
import type { MadeService, OnNote, PodsBehind, WantedService } from '../model.ts';

/**
 * A pod has a label for each Service that it is behind. Cilium makes a pod's identity of its labels, those aside that begin like this. A new identity
 * takes it up to 35 s (identity-max-jitter, identity-change-grace-period), and until then no new policy is put in force for the pod.
 */
const behindPrefix = 'kubernetes.io.behind.flatnet';
const atOnce = 8;

/** The port of a Service, TCP and UDP, unless it wants others. */
const servicePort = 8080;

/**
 * Labels each pod and makes the Services that select it; returns as soon as the API server has them, long before
 * any node knows. One request a pod and one a Service. One with a NodePort is made without it where the cluster refuses that.
 * Throws a ClusterError when they may not be made, or no NodePort is free.
 */
export async function createServices(
  api: Api,
  {
    namespace,
    services,
    marks = noMarks,
    onNote = () => {},
  }: {
    namespace: string;
    services: readonly WantedService[];
    marks?: Marks;
    onNote?: OnNote;
  },
): Promise<MadeService[]> {
  const behind = Map.groupBy(
    services.flatMap(({ name, pods }) => pods.map((pod) => ({ pod, name }))),
    ({ pod }) => pod,
  );
  const create = async (wanted: WantedService): Promise<MadeService> => {
    try {
      return asMade(wanted, await api.core.createNamespacedService({ namespace, body: serviceFor(wanted, marks) }));
    } catch (error) {
      // Some clusters allow no NodePorts: everything else about the Service can be measured.
      if (wanted.type !== 'NodePort' || !(error instanceof ClusterError) || error.code !== 'admission-refused')
        throw error;
      const why = error.detail ?? error.message;
      onNote(`NodePorts are not tried: the cluster refused them (${why})`, { kind: 'NodePort refused', why });
      // What it asks may be about NodePorts.
      const { asks: _asks, ...plain } = wanted;
      const body = serviceFor({ ...plain, type: 'ClusterIP' }, marks);
      const made = asMade(wanted, await api.core.createNamespacedService({ namespace, body }));
      return { ...made, noNodePorts: why };
    }
  };
  const labels = new Map([...behind].map(([pod, all]) => [pod, labelsOf(all.map(({ name }) => name))]));
  await labelPods(api, { namespace, labels });
  return pMap(services, create, { concurrency: atOnce });
}

/** Changes which pods of the run are behind one of its Services: one request a pod. The API server has accepted it then, and no node knows yet. */
export async function changePodsBehind(
  api: Api,
  { namespace, service, add, remove }: { namespace: string } & PodsBehind,
): Promise<void> {
  const [name] = Object.keys(labelsOf([service])) as [string];
  const changed = [...add.map((pod) => [pod, ''] as const), ...remove.map((pod) => [pod, null] as const)];
  await labelPods(api, { namespace, labels: new Map(changed.map(([pod, value]) => [pod, { [name]: value }])) });
}

function labelsOf(services: readonly string[]): Record<string, string> {
  return Object.fromEntries(services.map((name) => [`${behindPrefix}/${name}`, '']));
}

/** What is asked of the API server. */
function serviceFor(
  { name, targetPort, type, ports = [servicePort], alike = [], asks }: WantedService,
  marks: Marks,
): V1Service {
  const all = [...ports.map((port) => ({ port, targetPort })), ...alike.map((port) => ({ port, targetPort: port }))];
  return {
    metadata: marked({ name, labels: { 'app.kubernetes.io/managed-by': 'flatnet' } }, marks),
    spec: {
      type,
      ...asks,
      ipFamilyPolicy: 'PreferDualStack',
      selector: labelsOf([name]),
      ports: all.flatMap((one) =>
        (['TCP', 'UDP'] as const).map((protocol) => ({
          name: `${protocol.toLowerCase()}-${one.port}`,
          protocol,
          ...one,
        })),
      ),
    },
  };
}

function asMade({ name, pods, ports: [port = servicePort] = [] }: WantedService, { spec }: V1Service): MadeService {
  const portOf = (protocol: string): number | null =>
    spec?.ports?.find((one) => one.protocol === protocol && one.port === port)?.nodePort ?? null;
  const clusterIPs = spec?.clusterIPs ?? [spec?.clusterIP ?? ''];
  return {
    name,
    pods,
    clusterIP: spec?.clusterIP ?? '',
    clusterIPs: Object.fromEntries(
      clusterIPs.map((address) => [address.includes(':') ? 'IPv6' : 'IPv4', address] as const),
    ),
    port,
    nodePorts: { TCP: portOf('TCP'), UDP: portOf('UDP') },
  };
}

/** How many Services the cluster has, those of `except` (a namespace) aside; null where they may not be listed. Two requests: the server counts what it leaves out. */
export async function countServices(api: Api, { except: namespace }: { except: string }): Promise<number | null> {
  try {
    const [all, own] = await Promise.all([
      api.core.listServiceForAllNamespaces({ limit: 1 }),
      api.core.listNamespacedService({ namespace, limit: 1 }),
    ]);
    return countOf(all) - countOf(own);
  } catch {
    return null;
  }
}

function countOf({ items, metadata }: V1ServiceList): number {
  return items.length + (metadata?.remainingItemCount ?? 0);
}
