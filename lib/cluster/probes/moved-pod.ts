/** A pod of one name, first on one node and then on another. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { messageOf } from '../../message-of.ts';
import { statusOf } from '../api/errors.ts';
import type { PodPlace } from '../model.ts';
import { namedPod, type ProbeManifestOptions } from './manifests.ts';

export interface MovedPodOptions {
  namespace: string;
  manifest: ProbeManifestOptions;
  /** The first two are used. */
  nodes: readonly string[];
  /** For both to get addresses; what the API server takes for its answers is added. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

const name = 'moved';
const laterWrites = 2;

/** Where it was, and with which addresses; or why that is not known, in words. Four requests. Throws nothing. */
export async function movePod(api: Api, options: MovedPodOptions): Promise<PodPlace[] | string> {
  const { namespace, manifest, nodes, deadlineMs, signal } = options;
  const [first, second] = nodes;
  if (first === undefined || second === undefined) return 'it takes two nodes';
  const create = async (node: string): Promise<unknown> =>
    api.core.createNamespacedPod({ namespace, body: namedPod(name, { node, ...manifest }) });
  const places: PodPlace[] = [];
  try {
    const asked = performance.now();
    await create(first);
    // It is deleted and made anew while its events are waited for: admission may take as long each time.
    const withinMs = deadlineMs + laterWrites * (performance.now() - asked);
    const query = { fieldSelector: `metadata.name=${name}` };
    const path = `/api/v1/namespaces/${namespace}/pods`;
    for await (const { type, object } of api.watch<V1Pod>(path, { query, deadlineMs: withinMs, signal })) {
      const { spec, status } = object;
      const node = spec?.nodeName ?? '';
      const addresses = status?.podIPs?.map(({ ip }) => ip) ?? [];
      if (type === 'ERROR') break;
      if (type === 'DELETED') await create(second);
      else if (addresses.length > 0 && places.at(-1)?.node !== node) {
        places.push({ node, addresses });
        if (places.length === 2) return places;
        await api.core.deleteNamespacedPod({ name, namespace });
      }
    }
  } catch (error) {
    if (statusOf(error) === 403) return `a pod of its own may not be made, watched and deleted (${messageOf(error)})`;
    return messageOf(error);
  }
  const where = places.length === 0 ? first : second;
  return `it had no address on ${where} within ${deadlineMs / 1000} s`;
}
