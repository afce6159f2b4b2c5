import type { Api } from '../api/api.ts';
import { bounded } from '../api/bounded.ts';
import { listAll } from '../api/pages.ts';
import { endOf } from './events.ts';

const lookMs = 5_000;

/** How the containers of these pods ended before they were restarted ("pod-a-x on node-2: OOMKilled (its limits: memory 40Mi)"); none where that can't be learned. */
export async function howTheyEnded(
  api: Api,
  { namespace, pods }: { namespace: string; pods: ReadonlySet<string> },
): Promise<string[]> {
  if (pods.size === 0) return [];
  try {
    const listed = listAll((page) => api.core.listNamespacedPod({ namespace, ...page }));
    const all = await bounded(listed, { deadlineMs: lookMs, what: 'looking for restarted probes' });
    return all.flatMap((pod) => {
      const name = pod.metadata?.name ?? '';
      const end = pods.has(name) ? endOf(pod) : null;
      return end === null ? [] : [`${name} on ${pod.spec?.nodeName}: ${end}`];
    });
  } catch {
    return [];
  }
}
