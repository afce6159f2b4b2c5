import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Namespace } from '@kubernetes/client-node';
import type { Api } from '../../lib/cluster/index.ts';

/** Every namespace that a run of the suite made and that still exists. */
async function suiteNamespaces(api: Api): Promise<V1Namespace[]> {
  const { items } = await api.core.listNamespace({ labelSelector: 'app.kubernetes.io/managed-by=flatnet' });
  return items;
}

/** Their names, in order. */
export async function namesOfNamespaces(api: Api): Promise<string[]> {
  return (await suiteNamespaces(api)).map(({ metadata }) => metadata?.name ?? '').toSorted();
}

/** The name of the first new namespace for which `holds`; null when there is none within two minutes. */
export async function whenNamespace(
  api: Api,
  options: { besides: readonly string[]; holds?: (namespace: V1Namespace) => boolean },
): Promise<string | null> {
  const { besides, holds = () => true } = options;
  const until = performance.now() + 120_000;
  while (performance.now() < until) {
    const found = (await suiteNamespaces(api)).find((one) => !besides.includes(one.metadata?.name ?? '') && holds(one));
    if (found !== undefined) return found.metadata?.name ?? '';
    await sleep(50);
  }
  return null;
}

/** Whether it is being deleted. */
export function isGoing({ metadata }: V1Namespace): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

/** Waits until it is gone, two minutes at most: the controllers of a cluster whose API server was unavailable take their time. */
export async function untilGone(api: Api, name: string): Promise<boolean> {
  const until = performance.now() + 120_000;
  while (performance.now() < until) {
    if (!(await namesOfNamespaces(api)).includes(name)) return true;
    await sleep(200);
  }
  return false;
}
