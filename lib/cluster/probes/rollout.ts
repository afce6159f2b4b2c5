/** Waits until probes run: by the DaemonSets' status, and by pods and events when there is no progress. */
import type { V1DaemonSet, V1Pod } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { pause } from '../api/bounded.ts';
import { imageNotPulled, interrupted, podsRefused, statusOf } from '../api/errors.ts';
import { isReady, listWarnings, problemOf, refusedPods, type Problem } from './events.ts';
import { probeLabel } from './manifests.ts';
import type { Missing, ProbeName } from '../model.ts';
import { listAll } from '../api/pages.ts';

export interface RolloutOptions {
  namespace: string;
  names: readonly ProbeName[];
  /** The nodes on which a probe of each name must run. */
  nodes: readonly string[];
  image: string;
  deadlineMs: number;
  /** "5 of 9 probes run". */
  onProgress?: ((line: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** After this without progress, pods and events are examined. */
  lookAfterMs?: number | undefined;
  /** Whether an image that can't be pulled, or refused pods, end the wait with an error; otherwise they are ordinary reasons, of the nodes concerned only. */
  throws?: boolean | undefined;
}

export interface Rollout {
  started: { name: ProbeName; node: string; pod: V1Pod }[];
  missing: Missing[];
  waitedMs: number;
}

/** Where only sandboxes, volumes or the scheduler block some pods, the others do not wait longer than this. */
const hopelessAfterMs = 30_000;
const looksBeforeGivingUp = 2;

/** Returns when all run, or the deadline passed, or no more pods can be expected. Throws when the image can't be pulled or pods are refused, unless asked not to. */
export async function waitForRollout(api: Api, options: RolloutOptions): Promise<Rollout> {
  const {
    namespace,
    names,
    nodes,
    image,
    deadlineMs,
    onProgress,
    signal,
    lookAfterMs = 5_000,
    throws = true,
  } = options;
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const wanted = names.length * nodes.length;
  const watcher = watchReady(api, { namespace, names, limit: nodes.length, deadlineMs });
  let seen = -1;
  let progressAt = started;
  let lookAt = started + lookAfterMs;
  let fullLooked = false;
  const twice = { image: 0, refused: 0 };
  try {
    for (;;) {
      if (signal?.aborted) throw interrupted('waiting for the probes to start');
      const ready = watcher.ready();
      if (ready > seen) {
        seen = ready;
        progressAt = performance.now();
        lookAt = progressAt + lookAfterMs;
        onProgress?.(`${ready} of ${wanted} probes run`);
      }
      const late = elapsed() >= deadlineMs;
      const full = ready >= wanted && !fullLooked;
      fullLooked = ready >= wanted;
      if (full || late || performance.now() >= lookAt) {
        const looked = await look(api, { ...options, closely: ready < wanted });
        const rollout = { started: looked.started, missing: looked.missing, waitedMs: elapsed() };
        if (rollout.missing.length === 0) return rollout;
        twice.image = looked.imageFailures.length > 0 ? twice.image + 1 : 0;
        twice.refused = looked.refused === null ? 0 : twice.refused + 1;
        if (!throws && twice.refused >= looksBeforeGivingUp) return rollout;
        if (throws && looked.imageFailures.length > 0 && (late || twice.image >= looksBeforeGivingUp))
          throw imageNotPulled(image, looked.imageFailures);
        if (throws && looked.refused !== null && (late || twice.refused >= looksBeforeGivingUp))
          throw podsRefused(namespace, looked.refused);
        if (late || (looked.hopeless && performance.now() - progressAt >= hopelessAfterMs)) return rollout;
        // The count is right, but not for the wanted nodes (unexpected nodes count, too): check again soon.
        lookAt = performance.now() + (full ? 1_000 : twice.image + twice.refused > 0 ? lookAfterMs : 2 * lookAfterMs);
      }
      await watcher.changed(Math.max(10, Math.min(lookAt - performance.now(), deadlineMs - elapsed())), { signal });
    }
  } finally {
    watcher.stop();
  }
}

interface Look extends Omit<Rollout, 'waitedMs'> {
  imageFailures: { node: string; event: string }[];
  refused: string | null;
  /** What is missing will hardly start: no pull is in progress. */
  hopeless: boolean;
}

async function look(
  api: Api,
  { namespace, names, nodes, closely }: RolloutOptions & { closely: boolean },
): Promise<Look> {
  const labelSelector = `${probeLabel} in (${names.join(',')})`;
  const [items, warnings] = await Promise.all([
    listAll((page) => api.core.listNamespacedPod({ namespace, labelSelector, ...page })),
    closely ? listWarnings(api, { namespace }) : Promise.resolve([]),
  ]);
  const result: Look = { started: [], missing: [], imageFailures: [], refused: null, hopeless: true };
  if (items.length === 0) result.refused = refusedPods(warnings);
  for (const name of names) {
    const pods = items.filter(({ metadata }) => metadata?.labels?.[probeLabel] === name);
    for (const node of nodes) {
      const own = pods.filter((pod) => nodeOf(pod) === node);
      const ready = own.find(isReady);
      if (ready) result.started.push({ name, node, pod: ready });
      else note(result, { node, name, problem: own[0] ? problemOf(own[0], warnings) : null });
    }
  }
  return result;
}

function note(result: Look, { node, name, problem }: { node: string; name: ProbeName; problem: Problem | null }): void {
  result.missing.push({
    node,
    probe: name,
    reason: problem?.reason ?? result.refused ?? 'no pod was made for this node',
    kind: problem?.kind === 'network' ? 'network' : 'other',
  });
  if (problem?.kind === 'image') result.imageFailures.push({ node, event: problem.reason });
  if (problem === null || problem.kind === 'other') result.hopeless = false;
}

/** A DaemonSet's pod names its node before it is scheduled: in the affinity that the controller sets. */
function nodeOf({ spec }: V1Pod): string | undefined {
  return (
    spec?.nodeName ??
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]
      ?.values?.[0]
  );
}

/** One watch for all DaemonSets; without a resourceVersion it begins with their state, so reopening it loses nothing. */
function watchReady(
  api: Api,
  {
    namespace,
    names,
    limit,
    deadlineMs,
  }: { namespace: string; names: readonly string[]; limit: number; deadlineMs: number },
): {
  ready: () => number;
  /** Returns when something changed, at the latest after `ms`. */
  changed: (ms: number, options: { signal?: AbortSignal | undefined }) => Promise<void>;
  stop: () => void;
} {
  const counts = new Map<string, number>();
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
          // Nodes that are not waited for may count as ready, too: a surplus of one name must not make up for another.
          if (names.includes(name)) counts.set(name, Math.min(limit, object.status?.numberReady ?? 0));
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
  return {
    ready: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
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
