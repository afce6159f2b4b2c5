/** Removing a namespace, fast, and seeing it gone. */
import type { V1Namespace, V1Pod } from '@kubernetes/client-node';
import type { Api } from './api.ts';
import { bounded, pause } from './bounded.ts';
import { reasonOf, statusOf } from './errors.ts';

export interface RemovalOptions {
  /** For everything: pods, namespace, and seeing it gone. */
  deadlineMs?: number;
}

export interface Removal {
  name: string;
  gone: boolean;
  elapsedMs: number;
  /** null when it is gone, else one sentence: what remains, since when, and the command that removes it. */
  remains: string | null;
  /** Where the time went. */
  phases: { controllersMs: number; podsMs: number; namespaceMs: number };
}

const graceSeconds = 1;
const pollMs = 500;

/**
 * A namespace deleted with its pods still running takes long: the namespace controller looks again only after their grace time, with growing pauses.
 * So the DaemonSets go first, then the pods, and only when the kubelets have said that they are gone the namespace, now empty.
 */
export async function removeNamespace(
  api: Api,
  { name, deadlineMs = 60_000 }: { name: string } & RemovalOptions,
): Promise<Removal> {
  const started = performance.now();
  const left = (): number => Math.max(1, deadlineMs - (performance.now() - started));
  const phases = { controllersMs: 0, podsMs: 0, namespaceMs: 0 };
  let last = 'nothing was answered yet';
  const work = async (): Promise<boolean> => {
    await api.apps.deleteCollectionNamespacedDaemonSet({
      namespace: name,
      propagationPolicy: 'Background',
      gracePeriodSeconds: 0,
    });
    phases.controllersMs = performance.now() - started;
    await api.core.deleteCollectionNamespacedPod({ namespace: name, gracePeriodSeconds: graceSeconds });
    const pods = await podsGone(api, { name, left, onSeen: (seen) => (last = seen) });
    phases.podsMs = performance.now() - started - phases.controllersMs;
    // Even with pods left (a node that died): deleted, it goes as soon as they do.
    const gone = await namespaceGone(api, { name, left, onSeen: (seen) => (last = pods ? seen : `${last}; ${seen}`) });
    phases.namespaceMs = performance.now() - started - phases.controllersMs - phases.podsMs;
    return gone;
  };
  const gone = await bounded(work(), { deadlineMs, what: `removing ${name}` }).catch((error: unknown) => {
    if (statusOf(error) === 404) return true;
    last = `${last} (${reasonOf(error)})`;
    return false;
  });
  const elapsedMs = performance.now() - started;
  const remains = gone
    ? null
    : `The namespace ${name} is still there after ${(elapsedMs / 1000).toFixed(0)} s, last seen: ${last}; remove it with \`${removalCommand(api, name)}\`.`;
  return { name, gone, elapsedMs, remains, phases };
}

/** What a user types to remove a namespace that was left. */
export const removalCommand = ({ target }: Pick<Api, 'target'>, name: string): string =>
  `kubectl --kubeconfig ${target.source} --context ${target.context} delete namespace ${name}`;

interface Waiting {
  name: string;
  left: () => number;
  onSeen: (seen: string) => void;
}

/** Pods may have this much of the time that is left; the namespace must be asked to go in any case. */
const podsShare = 0.6;

async function podsGone(api: Api, { name, left, onSeen }: Waiting): Promise<boolean> {
  const until = performance.now() + left() * podsShare;
  while (performance.now() < until) {
    const { items, metadata } = await api.core.listNamespacedPod({ namespace: name });
    const running = new Map(items.map((pod) => [pod.metadata?.uid, pod.spec?.nodeName ?? 'no node']));
    const say = (): void =>
      onSeen(
        running.size === 0
          ? 'no pods'
          : `${running.size} pods, on ${[...new Set(running.values())].slice(0, 5).join(', ')}`,
      );
    say();
    if (running.size === 0) return true;
    try {
      const query = { resourceVersion: metadata?.resourceVersion ?? '' };
      for await (const { type, object } of api.watch<V1Pod>(`/api/v1/namespaces/${name}/pods`, {
        query,
        deadlineMs: until - performance.now(),
      })) {
        if (type === 'ERROR') break;
        if (type === 'DELETED') running.delete(object.metadata?.uid);
        say();
        if (running.size === 0) return true;
      }
    } catch {
      // The list tells; the watch only saves asking again.
    }
    await pause(pollMs);
  }
  return false;
}

async function namespaceGone(api: Api, { name, left, onSeen }: Waiting): Promise<boolean> {
  await api.core.deleteNamespace({ name, propagationPolicy: 'Background' }).catch((error: unknown) => {
    // 409: it is on its way already.
    if (statusOf(error) !== 409) throw error;
  });
  while (left() > 1) {
    const { status, metadata } = await api.core.readNamespace({ name });
    const say = (namespace: V1Namespace['status']): void =>
      onSeen(
        [
          namespace?.phase ?? 'no phase',
          ...(namespace?.conditions ?? []).filter((one) => one.status === 'True').map(({ message }) => message ?? ''),
        ].join(', '),
      );
    say(status);
    try {
      const query = { resourceVersion: metadata?.resourceVersion ?? '', fieldSelector: `metadata.name=${name}` };
      for await (const { type, object } of api.watch<V1Namespace>('/api/v1/namespaces', {
        query,
        deadlineMs: left(),
      })) {
        if (type === 'DELETED') return true;
        if (type === 'ERROR') break;
        say(object.status);
      }
    } catch {
      // As above: reading it again tells.
    }
    await pause(pollMs);
  }
  return false;
}
