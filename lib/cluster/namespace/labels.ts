import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import pMap from 'p-map';
import type { Api } from '../api/api.ts';

export type Labels = Readonly<Record<string, string | null>>;

/** Enough to be quick, few enough for an API server that is shared. */
const atOnce = 8;

/** Sets labels of these pods, a request each; null takes one away. Throws what the cluster answers where it refuses. */
export async function labelPods(
  api: Api,
  { namespace, labels }: { namespace: string; labels: ReadonlyMap<string, Labels> },
): Promise<void> {
  await pMap(
    labels,
    ([name, some]) => api.core.patchNamespacedPod({ namespace, name, body: { metadata: { labels: some } } }, merge()),
    { concurrency: atOnce },
  );
}

/** The same for a namespace. */
export async function labelNamespace(api: Api, { name, labels }: { name: string; labels: Labels }): Promise<void> {
  await api.core.patchNamespace({ name, body: { metadata: { labels } } }, merge());
}

/** What is named is set, what is null goes, and the rest stays. */
export const merge = () => setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
