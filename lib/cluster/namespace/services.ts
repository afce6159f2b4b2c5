/** Services in the run's namespace, each with one endpoint. They go with the namespace. */
import { PatchStrategy, setHeaderOptions, type V1Service, type V1ServiceList } from '@kubernetes/client-node';
import pMap from 'p-map';
import type { Api } from '../api/api.ts';
import type { OneEndpointService, WantedService } from '../model.ts';

const targetLabel = 'flatnet/target';
const atOnce = 8;

/** The port of every such Service, TCP and UDP. */
const servicePort = 8080;

/**
 * Labels each pod and makes the Services (type NodePort) that select it; returns as soon as the API server has them, long before
 * any node knows. Throws a ClusterError when they may not be made, or no NodePort is free.
 */
export async function createServices(
  api: Api,
  { namespace, services }: { namespace: string; services: readonly WantedService[] },
): Promise<OneEndpointService[]> {
  const pods = [...new Set(services.map(({ pod }) => pod))];
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  await pMap(
    pods,
    (name) =>
      api.core.patchNamespacedPod(
        { namespace, name, body: { metadata: { labels: { [targetLabel]: labelOf(name) } } } },
        merge,
      ),
    { concurrency: atOnce },
  );
  return pMap(
    services,
    async (wanted) => asMade(wanted, await api.core.createNamespacedService({ namespace, body: serviceFor(wanted) })),
    { concurrency: atOnce },
  );
}

/** A label's value holds 63 characters; a DaemonSet's pods end in five random ones. */
function labelOf(pod: string): string {
  return pod.slice(-63);
}

/** What is asked of the API server. */
function serviceFor({ name, pod, targetPort }: WantedService): V1Service {
  return {
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'flatnet' } },
    spec: {
      type: 'NodePort',
      selector: { [targetLabel]: labelOf(pod) },
      ports: (['TCP', 'UDP'] as const).map((protocol) => ({
        name: protocol.toLowerCase(),
        protocol,
        port: servicePort,
        targetPort,
      })),
    },
  };
}

function asMade({ name, pod }: WantedService, { spec }: V1Service): OneEndpointService {
  const portOf = (protocol: string): number | null =>
    spec?.ports?.find((port) => port.protocol === protocol)?.nodePort ?? null;
  return {
    name,
    pod,
    clusterIP: spec?.clusterIP ?? '',
    port: servicePort,
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
