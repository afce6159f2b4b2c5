import type { Api } from '../api/api.ts';
import { podsNow } from '../api/pods-now.ts';
import { isReady } from '../probes/events.ts';

/** Names of the pods of a namespace that are Ready now: those that Services lead to; null where that can't be learned. */
export async function readyPods(api: Api, namespace: string): Promise<ReadonlySet<string> | null> {
  const pods = await podsNow(api, { namespace });
  return pods === null ? null : new Set(pods.filter(isReady).map(({ metadata }) => metadata?.name ?? ''));
}
