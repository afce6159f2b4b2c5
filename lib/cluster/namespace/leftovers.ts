/** What killed runs left behind: found by label, and removed only when its owner is certainly gone. */
import type { V1Namespace } from '@kubernetes/client-node';
import pMap from 'p-map';
import type { Api } from '../api/api.ts';
import { aliveUntilAnnotation, keepLabel, managedBy, ownerAnnotation } from './namespace.ts';
import { ownerRuns, parseOwner } from './owner.ts';
import { listAll } from '../api/pages.ts';
import { removeNamespace, type Removal, type RemovalOptions } from './removal.ts';

export interface Leftover {
  name: string;
  /** Why it counts as a leftover. */
  why: string;
}

/** Only asks; removes nothing. */
export async function findLeftovers(api: Api): Promise<Leftover[]> {
  const namespaces = await listAll((page) => api.core.listNamespace({ labelSelector: managedBy, ...page }));
  return namespaces.flatMap((namespace) => {
    const why = whyLeft(namespace, { now: api.now() });
    return why === null ? [] : [{ name: namespace.metadata?.name ?? '', why }];
  });
}

/** All at once; the result names what can't be removed in time. */
export async function removeLeftovers(
  api: Api,
  { leftovers, ...options }: { leftovers: readonly Leftover[] } & RemovalOptions,
): Promise<Removal[]> {
  return pMap(leftovers, ({ name }) => removeNamespace(api, { name, ...options }), { concurrency: 4 });
}

/** `now`: by the server's clock. null for a namespace that is kept, or whose run may still be going on: judged by its process where that is on this host, otherwise by its sign of life. */
export function whyLeft(
  { metadata }: Pick<V1Namespace, 'metadata'>,
  { now, runs = ownerRuns }: { now: number; runs?: typeof ownerRuns },
): string | null {
  if (metadata?.labels?.[keepLabel] === 'true') return null;
  const owner = parseOwner(metadata?.annotations?.[ownerAnnotation]);
  const alive = owner ? runs(owner) : null;
  if (alive === true) return null;
  if (alive === false) return `its run (process ${owner?.pid}) ended without removing it`;
  const until = Date.parse(metadata?.annotations?.[aliveUntilAnnotation] ?? '');
  // A namespace without that annotation was not made by this suite: not ours to remove.
  if (Number.isNaN(until) || until > now) return null;
  return `its run last gave a sign of life before ${new Date(until).toISOString()}`;
}
