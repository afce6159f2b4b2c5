import type { V1Pod } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { bounded } from '../api/bounded.ts';
import { listAll } from '../api/pages.ts';
import { isReady } from '../probes/events.ts';

const lookMs = 5_000;

/** Names of the pods of a namespace that are Ready now: those that Services lead to; null where that can't be learned. */
export async function readyPods(api: Api, namespace: string): Promise<ReadonlySet<string> | null> {
  const list = (over: AbortSignal): Promise<V1Pod[]> =>
    listAll((page) => api.until(over).core.listNamespacedPod({ namespace, ...page }));
  try {
    const pods = await bounded(list, { deadlineMs: lookMs, what: 'looking for pods that are Ready' });
    return new Set(pods.filter(isReady).map(({ metadata }) => metadata?.name ?? ''));
  } catch {
    return null;
  }
}
