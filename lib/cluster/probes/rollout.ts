/** Waits until probes run: by the DaemonSets' status, and by pods and events when there is no progress. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { hostPortHeld, imageNotPulled, interrupted, podsRefused } from '../api/errors.ts';
import type { ProblemKind } from './events.ts';
import { look, type Looked } from './look.ts';
import type { Missing, ProbeName } from '../model.ts';
import { watchDaemonSets } from './watch-daemon-sets.ts';

export interface RolloutOptions {
  namespace: string;
  names: readonly ProbeName[];
  /** The nodes on which a probe of each name must run. */
  nodes: readonly string[];
  image: string;
  deadlineMs: number;
  /** "5 of 9 probes are running". */
  onProgress?: ((line: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** After this without progress, pods and events are examined. */
  lookAfterMs?: number | undefined;
  /** Whether an image that can't be pulled, refused pods, or a port that is taken on all nodes, end the wait with an error; otherwise they are ordinary reasons, of the nodes concerned only. */
  throws?: boolean | undefined;
}

export interface Rollout {
  started: { name: ProbeName; node: string; pod: V1Pod }[];
  missing: Missing[];
  /** Pods of missing ones. */
  unready: Looked['unready'];
  /** The words of whoever let no pod be made for some of them; null where nobody did. */
  refusal: string | null;
  waitedMs: number;
  /** How long it took until the last pod was made, where they came in slowly (admission webhooks), otherwise 0. */
  letInMs: number;
  /** The longest time meanwhile in which none was made, at least: as often as they are looked for. */
  noneMadeMs: number;
}

/** How long without progress what is missing for this reason is waited for, where other probes run, in times of `lookAfterMs`; left out: until the deadline. */
const patience: Partial<Record<ProblemKind, number>> = {
  refused: 0,
  // 70 s: an API server ends no request before 60 s, and webhooks may take 30 s each. Each new pod is progress.
  'being made': 14,
  // A probe that a killed run left may hold it until it is removed; the kubelet starts the container a third time after some 12 s.
  'port taken': 3,
  'no pod': 6,
  network: 6,
  sandbox: 6,
  scheduling: 6,
  volume: 6,
  image: 6,
  crash: 6,
};
/** Where no probe runs, an image that can't be pulled is not waited for either. */
const patienceWithoutAny: typeof patience = { ...patience, image: 0 };
/** A controller that is merely busy makes some all the time. */
const tellFromMs = 5_000;
/** Pods and events are examined this often before anything is given up: a refusal may be a matter of seconds. */
const looksBeforeGivingUp = 2;
const againAfterMs = 3_000;

/** Returns when all run, or the deadline passed, or no more pods can be expected. Throws where none runs since the image can't be pulled or pods are refused, and where a port is taken on all nodes, unless asked not to. */
export async function waitForRollout(api: Api, options: RolloutOptions): Promise<Rollout> {
  const { namespace, names, nodes, deadlineMs, onProgress, signal, lookAfterMs = 5_000 } = options;
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const wanted = names.length * nodes.length;
  const watcher = watchDaemonSets(api, { namespace, names, limit: nodes.length, deadlineMs });
  let seen = -1;
  let progressAt = started;
  let looks = 0;
  let lookAt: number | null = null;
  let fullLooked = false;
  const slow = { made: 0, at: started, wasShort: false, letInMs: 0, noneMadeMs: 0 };
  try {
    for (;;) {
      if (signal?.aborted) throw interrupted('waiting for the probes to start');
      const ready = watcher.ready();
      if (ready > seen) {
        seen = ready;
        progressAt = performance.now();
        [lookAt, looks] = [null, 0];
        onProgress?.(`${ready} of ${wanted} probes are running`);
      }
      const late = elapsed() >= deadlineMs;
      const full = ready >= wanted && !fullLooked;
      fullLooked = ready >= wanted;
      // Pods that are not even made are the first sign of a refusal.
      const due = lookAt ?? progressAt + (watcher.isShort() ? lookAfterMs / 2 : lookAfterMs);
      if (full || late || performance.now() >= due) {
        const lookedAt = performance.now();
        const found = await look(api, { ...options, ...watcher, closely: ready < wanted });
        const now = performance.now();
        const hasMore = found.made > slow.made;
        if (hasMore) {
          if (slow.wasShort) [slow.letInMs, progressAt] = [elapsed(), now];
          [slow.made, slow.at] = [found.made, now];
        }
        slow.wasShort = found.missing.some(({ why }) => why === 'being made');
        // One that is seen was made at any time since the last look.
        if (slow.wasShort && !hasMore) slow.noneMadeMs = Math.max(slow.noneMadeMs, lookedAt - slow.at);
        const { noneMadeMs } = slow;
        const waited = { waitedMs: elapsed(), letInMs: slow.wasShort ? elapsed() : slow.letInMs, noneMadeMs };
        if (found.missing.length === 0)
          return { started: found.started, missing: [], unready: [], refusal: null, ...waited };
        looks++;
        const refusal = found.missing.find(({ why }) => why === 'refused')?.reason;
        if (refusal !== undefined && looks === 1) onProgress?.(`not all are let in so far: ${refusal}`);
        if (slow.wasShort && looks >= looksBeforeGivingUp && noneMadeMs > 0)
          onProgress?.(slowly({ ready, wanted, made: found.made, noneMadeMs }));
        const idleMs = now - progressAt;
        const patienceMs = lookAfterMs * timesToWait(found);
        if (late || (looks >= looksBeforeGivingUp && idleMs >= patienceMs))
          return given(found, { ...options, ...waited });
        // The count is right, but not for the wanted nodes (unexpected nodes count, too): check again soon.
        const soonMs = Math.min(lookAfterMs, againAfterMs);
        const inMs = full ? 1_000 : looks < looksBeforeGivingUp ? soonMs : 2 * lookAfterMs;
        lookAt = now + (idleMs < patienceMs ? Math.min(inMs, patienceMs - idleMs) : inMs);
      }
      const next = lookAt ?? due;
      await watcher.changed(Math.max(10, Math.min(next - performance.now(), deadlineMs - elapsed())), { signal });
    }
  } finally {
    watcher.stop();
  }
}

function slowly({
  ready,
  wanted,
  made,
  noneMadeMs,
}: Record<'ready' | 'wanted' | 'made' | 'noneMadeMs', number>): string {
  return `${ready} of ${wanted} probes are running, ${made} pods are made: the cluster takes ${seconds(noneMadeMs)} s and more to let one in`;
}

/** For the report, in a sentence; null where they came without such a pause. */
export function letInSlowly({ letInMs, noneMadeMs }: Pick<Rollout, 'letInMs' | 'noneMadeMs'>): string | null {
  if (noneMadeMs < tellFromMs) return null;
  return `the cluster takes ${seconds(noneMadeMs)} s and more to let a pod in (an admission webhook may take 30 s for each): the first probes' were waited for ${seconds(letInMs)} s, and what the run made later had as much more time`;
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

function timesToWait({ started, missing }: Looked): number {
  const times = started.length === 0 ? patienceWithoutAny : patience;
  return Math.max(...missing.map(({ why }) => times[why] ?? Infinity));
}

/** What could not be started is a result, as long as something was. */
function given(
  { started, missing, unready }: Looked,
  {
    namespace,
    nodes,
    image,
    throws = true,
    waitedMs,
    letInMs,
    noneMadeMs,
  }: RolloutOptions & Pick<Rollout, 'waitedMs' | 'letInMs' | 'noneMadeMs'>,
): Rollout {
  const refused = missing.find(({ why }) => why === 'refused');
  if (throws && started.length === 0) {
    const notPulled = missing.filter(({ why }) => why === 'image');
    if (notPulled.length > 0)
      throw imageNotPulled(
        image,
        notPulled.map(({ node, reason }) => ({ node, event: reason })),
      );
    if (refused !== undefined) throw podsRefused(namespace, refused.reason);
  }
  const held = missing.filter(({ why, probe }) => why === 'port taken' && probe === 'node');
  const [first] = held;
  if (throws && first?.port != null && held.length === nodes.length) throw hostPortHeld(first.port, nodes);
  return {
    started,
    missing: missing.map(({ why: _why, port: _port, ...one }) => one),
    unready,
    refusal: refused?.reason ?? null,
    waitedMs,
    letInMs,
    noneMadeMs,
  };
}
