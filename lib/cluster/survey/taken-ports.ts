/** Ports of nodes that lead elsewhere, whatever the kernel of a node knows of them: NodePorts of Services, and host ports of pods. */
import type { V1Pod, V1Service } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { hostPortTaken, statusOf } from '../api/errors.ts';
import { listAll } from '../api/pages.ts';
import type { TakenPort } from '../model.ts';

/** NodePorts are taken on every node (`node` is null). A pod on the host network is asked for the ports that it declares. */
export function takenPorts({
  pods,
  services,
}: {
  pods: readonly V1Pod[];
  services: readonly V1Service[];
}): TakenPort[] {
  const ofServices = services.flatMap(({ metadata, spec }) => {
    const by = `NodePort of Service ${metadata?.namespace}/${metadata?.name}`;
    const ports = [...(spec?.ports ?? []).map(({ nodePort }) => nodePort), spec?.healthCheckNodePort];
    return ports.flatMap((port) => (port ? [{ port, node: null, by }] : []));
  });
  const ofPods = pods.flatMap(({ metadata, spec, status }) => {
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return [];
    const by = `host port of pod ${metadata?.namespace}/${metadata?.name}`;
    return (spec?.containers ?? []).flatMap(({ ports = [] }) =>
      ports.flatMap(({ hostPort, containerPort }) => {
        const port = hostPort ?? (spec?.hostNetwork === true ? containerPort : 0);
        return port > 0 ? [{ port, node: spec?.nodeName ?? null, by }] : [];
      }),
    );
  });
  return [...ofServices, ...ofPods];
}

/** The Services of the whole cluster; none where they may not be listed. */
export async function allServices(api: Api): Promise<V1Service[]> {
  try {
    return await listAll((page) => api.core.listServiceForAllNamespaces(page));
  } catch (error) {
    if (statusOf(error) === null) throw error;
    return [];
  }
}

/** Throws a ClusterError when the port that a user wants for the probes of nodes leads elsewhere on one of these nodes. */
export async function checkHostPort(
  api: Api,
  { hostPort, nodes }: { hostPort: number; nodes: readonly string[] },
): Promise<void> {
  const [pods, services] = await Promise.all([
    listAll((page) => api.core.listPodForAllNamespaces(page)),
    allServices(api),
  ]);
  const taken = takenPorts({ pods, services }).find(
    ({ port, node }) => port === hostPort && (node === null || nodes.includes(node)),
  );
  if (taken !== undefined) throw hostPortTaken(taken);
}
