/** Removing a namespace, fast, and seeing it gone. */
import type { V1Namespace, V1Pod } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { bounded, pause } from '../api/bounded.ts';
import { ClusterError, reasonOf, statusOf } from '../api/errors.ts';
import { listAll } from '../api/pages.ts';

export interface RemovalOptions {
  /** Limit for seeing it gone. */
  deadlineMs?: number;
  /** Limit for an API that nobody serves, once nothing else holds the namespace up: one that restarts is back by then. */
  heldUpMs?: number;
}

export interface Removal {
  name: string;
  gone: boolean;
  elapsedMs: number;
  /** null when it is gone, otherwise one sentence: what remains, for how long, and the command that removes it or shows what holds it up. */
  remains: string | null;
}

const graceSeconds = 1;
const pollMs = 500;
const lastLookMs = 3_000;
/** After this, pods whose kubelet does not confirm their end are deleted without it: a node that can't tear down a pod's network keeps them for ever. */
const forceAfterMs = 15_000;

/**
 * The namespace controller waits five seconds before it looks at a namespace that is being deleted (1.37: namespaceDeletionGracePeriod),
 * and pods that it then finds running delay it further. So the namespace is deleted first, which starts the clock,
 * and its pods are stopped meanwhile. Deleting the pods first and the namespace after them took 9.7 s, this takes 5.3 s.
 */
export async function removeNamespace(
  api: Api,
  { name, deadlineMs = 60_000, heldUpMs = 30_000 }: { name: string } & RemovalOptions,
): Promise<Removal> {
  const over = new AbortController();
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const left = (): number => (over.signal.aborted ? 0 : deadlineMs - elapsed());
  let last: Seen = { words: 'the API server has not answered', isHeldUp: false };
  const heldUp = Promise.withResolvers<never>();
  let patience: NodeJS.Timeout | undefined;
  const onSeen = (seen: Seen): void => {
    last = seen;
    if (!seen.isHeldUp) clearTimeout(patience);
    patience = seen.isHeldUp
      ? (patience ?? setTimeout(() => heldUp.reject(new Error(`waited ${heldUpMs / 1_000} s for it`)), heldUpMs))
      : undefined;
  };
  const removing = api.until(over.signal);
  const force = setTimeout(() => void forcePods(removing, { name, left }), Math.min(forceAfterMs, deadlineMs / 2));
  const work = async (): Promise<void> => {
    await requestDeletion(removing, { name, left });
    const stopping = stopPods(removing, { name, left });
    await namespaceGone(removing, { name, left, onSeen });
    clearTimeout(patience);
    await stopping;
  };
  try {
    await Promise.race([bounded(work(), { deadlineMs, what: `removing ${name}` }), heldUp.promise]);
    return { name, gone: true, elapsedMs: elapsed(), remains: null };
  } catch (error) {
    if (statusOf(error) === 404) return { name, gone: true, elapsedMs: elapsed(), remains: null };
    const seconds = (elapsed() / 1000).toFixed(0);
    const why = [last.words, await podsLeft(api, name), reasonOf(error)].filter((part) => part !== '').join('; ');
    const remains = `The namespace ${name} is still there after ${seconds} s (${why}); ${whatNext(api, { name, ...last })}.`;
    return { name, gone: false, elapsedMs: elapsed(), remains };
  } finally {
    for (const timer of [force, patience]) clearTimeout(timer);
    over.abort();
  }
}

/** What a user types to remove a namespace that was left. */
export const removalCommand = (api: Pick<Api, 'target'>, name: string): string =>
  `${kubectl(api)} delete namespace ${name}`;

/** A namespace whose removal waits for an API that nobody serves can't be deleted a second time. */
function whatNext(api: Api, { name, isHeldUp }: { name: string; isHeldUp: boolean }): string {
  return isHeldUp
    ? `the cluster removes it once those APIs answer, or their APIServices are deleted: see \`${kubectl(api)} get apiservices\``
    : `remove it with \`${removalCommand(api, name)}\``;
}

const kubectl = ({ target }: Pick<Api, 'target'>): string =>
  `kubectl --kubeconfig ${target.source} --context ${target.context}`;

async function requestDeletion(api: Api, { name, left }: Pick<Waiting, 'name' | 'left'>): Promise<void> {
  await untilAnswered(left, async () => api.core.deleteNamespace({ name })).catch((error: unknown) => {
    // 409: it is already being deleted.
    if (statusOf(error) !== 409) throw error;
  });
}

/** An API server that is away for longer than a request is repeated may be back while there is time left. */
async function untilAnswered<T>(left: () => number, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof ClusterError && error.code === 'server-unreachable';
      if (!isAway || left() <= pollMs) throw error;
      await pause(pollMs);
    }
  }
}

/** A terminating namespace gets no new pods; without DaemonSets there are no attempts either. */
async function stopPods(api: Api, { name: namespace, left }: Pick<Waiting, 'name' | 'left'>): Promise<void> {
  try {
    await untilAnswered(left, async () =>
      api.apps.deleteCollectionNamespacedDaemonSet({ namespace, propagationPolicy: 'Background' }),
    );
    await untilAnswered(left, async () =>
      api.core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: graceSeconds }),
    );
  } catch {
    // The namespace controller stops them, too, but later.
  }
}

/** The probes store nothing, so nothing is lost if one runs on for a moment. */
async function forcePods(api: Api, { name: namespace, left }: Pick<Waiting, 'name' | 'left'>): Promise<void> {
  await untilAnswered(left, async () =>
    api.core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 0 }),
  ).catch(() => {});
}

interface Waiting {
  name: string;
  left: () => number;
  onSeen: (seen: Seen) => void;
}

interface Seen {
  words: string;
  /** By nothing but an API that the cluster has, and can't reach. */
  isHeldUp: boolean;
}

/** Throws with status 404 or returns when it is gone. */
async function namespaceGone(api: Api, { name, left, onSeen }: Waiting): Promise<void> {
  while (left() > 0) {
    const { status, metadata } = await untilAnswered(left, async () => api.core.readNamespace({ name }));
    onSeen(seenIn(status));
    try {
      const query = { resourceVersion: metadata?.resourceVersion ?? '', fieldSelector: `metadata.name=${name}` };
      for await (const { type, object } of api.watch<V1Namespace>('/api/v1/namespaces', {
        query,
        deadlineMs: left(),
      })) {
        if (type === 'DELETED') return;
        if (type === 'ERROR') break;
        onSeen(seenIn(object.status));
      }
    } catch {
      // Reading it again decides; the watch only saves frequent polling.
    }
    await pause(pollMs);
  }
}

/** Something is left, or could not be deleted. */
const otherHindrances: ReadonlySet<string> = new Set([
  'NamespaceContentRemaining',
  'NamespaceFinalizersRemaining',
  'NamespaceDeletionContentFailure',
]);

function seenIn(status: V1Namespace['status']): Seen {
  const conditions = (status?.conditions ?? []).filter((one) => one.status === 'True');
  return {
    words: [status?.phase ?? 'no phase', ...conditions.flatMap(({ message }) => message || [])].join(': '),
    isHeldUp:
      conditions.some(({ type }) => type === 'NamespaceDeletionDiscoveryFailure') &&
      !conditions.some(({ type }) => otherHindrances.has(type)),
  };
}

/** "3 pods left, on node-1, node-2", or "" when there are none, or when that is not known. */
async function podsLeft(api: Api, namespace: string): Promise<string> {
  try {
    const list = (over: AbortSignal): Promise<V1Pod[]> =>
      listAll((page) => api.until(over).core.listNamespacedPod({ namespace, ...page }));
    const pods = await bounded(list, { deadlineMs: lastLookMs, what: 'looking for pods' });
    const nodes = new Set(pods.map(({ spec }) => spec?.nodeName ?? 'no node'));
    return pods.length === 0 ? '' : `${pods.length} pods left, on ${[...nodes].slice(0, 5).join(', ')}`;
  } catch {
    return '';
  }
}
