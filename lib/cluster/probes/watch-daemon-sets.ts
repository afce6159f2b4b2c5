import type { V1DaemonSet } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { pause } from '../api/bounded.ts';
import { statusOf } from '../api/errors.ts';

export interface WatchedDaemonSets {
  /** Pods that are ready, of all names. */
  ready: () => number;
  /** Some have fewer pods than their controller wants to make. */
  isShort: () => boolean;
  /** The controller of this name's pods has not made all of them, or has said nothing about them so far; false where the DaemonSet was never seen. */
  isMaking: (name: string) => boolean;
  /** The node selector of a name's pods, as admission left it; null where it is not known. */
  nodeSelectorOf: (name: string) => Record<string, string> | null;
  /** Returns when something changed, at the latest after `ms`. */
  changed: (ms: number, options: { signal?: AbortSignal | undefined }) => Promise<void>;
  stop: () => void;
}

/** One watch for all DaemonSets; without a resourceVersion it begins with their state, so reopening it loses nothing. */
export function watchDaemonSets(
  api: Api,
  {
    namespace,
    names,
    limit,
    deadlineMs,
  }: { namespace: string; names: readonly string[]; limit: number; deadlineMs: number },
): WatchedDaemonSets {
  const seen = new Map<string, V1DaemonSet>();
  const over = new AbortController();
  let wake = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        for await (const { type, object } of api.watch<V1DaemonSet>(
          `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
          { deadlineMs, signal: over.signal },
        )) {
          if (type === 'ERROR') break;
          const name = object.metadata?.name ?? '';
          if (names.includes(name)) seen.set(name, object);
          wake.resolve();
          wake = Promise.withResolvers();
        }
      } catch (error) {
        // Not allowed to watch: polling has to do.
        if (statusOf(error) === 403) return;
      }
      await pause(500, { signal: over.signal });
    }
  };
  void run();
  const all = (): V1DaemonSet['status'][] => [...seen.values()].map(({ status }) => status);
  return {
    // Nodes that are not waited for may count as ready, too: a surplus of one name must not make up for another.
    ready: () => all().reduce((sum, status) => sum + Math.min(limit, status?.numberReady ?? 0), 0),
    isShort: () =>
      all().some(
        (status) => (status?.currentNumberScheduled ?? 0) < Math.min(limit, status?.desiredNumberScheduled ?? 0),
      ),
    isMaking: (name) => {
      const { metadata, status } = seen.get(name) ?? {};
      // Its status comes after the last batch (1, 2, 4, … pods): while it makes the first pods it has none, however long admission takes.
      const isNew = (status?.observedGeneration ?? 0) < (metadata?.generation ?? 0);
      return isNew || (status?.currentNumberScheduled ?? 0) < (status?.desiredNumberScheduled ?? 0);
    },
    nodeSelectorOf: (name) => {
      const found = seen.get(name)?.spec?.template.spec;
      return found === undefined ? null : (found?.nodeSelector ?? {});
    },
    changed: async (ms, { signal }) => {
      const either = new AbortController();
      await Promise.race([
        wake.promise,
        pause(ms, { signal: signal ? AbortSignal.any([signal, either.signal]) : either.signal }),
      ]);
      either.abort();
    },
    stop: () => over.abort(),
  };
}
