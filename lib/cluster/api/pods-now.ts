/** The pods of a namespace as they are at the moment. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Api } from './api.ts';
import { bounded } from './bounded.ts';
import { listAll } from './pages.ts';

const lookMs = 5_000;

/** Lists them, those with these labels alone if some are given; null where that can't be done within 5 s. */
export async function podsNow(
  api: Api,
  { namespace, labels = {} }: { namespace: string; labels?: Readonly<Record<string, string>> },
): Promise<V1Pod[] | null> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const list = (over: AbortSignal): Promise<V1Pod[]> =>
    listAll((page) => api.until(over).core.listNamespacedPod({ namespace, labelSelector, ...page }));
  return bounded(list, { deadlineMs: lookMs, what: `listing the pods of ${namespace}` }).catch(() => null);
}
