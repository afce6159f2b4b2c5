/** The cluster's nodes as they are at the moment. */
import type { V1Node } from '@kubernetes/client-node';
import type { Api } from './api.ts';
import { bounded } from './bounded.ts';
import { listAll } from './pages.ts';

const lookMs = 5_000;

/** Lists them; null where that can't be done within 5 s. */
export async function nodesNow(api: Api): Promise<V1Node[] | null> {
  const list = (over: AbortSignal): Promise<V1Node[]> => listAll((page) => api.until(over).core.listNode(page));
  return bounded(list, { deadlineMs: lookMs, what: 'listing the nodes' }).catch(() => null);
}
