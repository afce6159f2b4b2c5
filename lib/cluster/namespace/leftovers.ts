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
  /** Why it is taken for a leftover. */
  why: string;
}

/** Asks only; removes nothing. */
export async function findLeftovers(api: Api): Promise<Leftover[]> {
  const namespaces = await listAll((page) => api.core.listNamespace({ labelSelector: managedBy, ...page }));
  return namespaces.flatMap((namespace) => {
    const why = whyLeft(namespace, { now: api.now() });
    return why === null ? [] : [{ name: namespace.metadata?.name ?? '', why }];
  });
}

/** All at once; what can't be removed in time is said in its result. */
export async function removeLeftovers(
  api: Api,
  { leftovers, ...options }: { leftovers: readonly Leftover[] } & RemovalOptions,
): Promise<Removal[]> {
  return pMap(leftovers, ({ name }) => removeNamespace(api, { name, ...options }), { concurrency: 4 });
}

/** `now`: by the server's clock. null for a namespace that is kept, or whose run may go on: seen by its process where that is here, else by its promise. */
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
  // Without a promise it is not a namespace as this suite makes them: not ours to remove.
  if (Number.isNaN(until) || until > now) return null;
  return `its run last gave a sign of life before ${new Date(until).toISOString()}`;
}
