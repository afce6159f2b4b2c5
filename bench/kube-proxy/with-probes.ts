/** The suite's own probes in a lab. */
import { onCluster, type OnCluster } from '../../lib/cli/on-cluster.ts';
import { loadKubeconfig, noMarks } from '../../lib/cluster/index.ts';
import { createRun } from '../../lib/verdict/create-run.ts';
import type { Lab } from '../../lab/index.ts';

const startMs = 60_000;

/** Sets them up as a run does, measures with them and removes them. Throws a ClusterError when they can't be set up, and what `measure` throws. */
export async function withProbes(
  lab: Lab,
  { signal }: { signal: AbortSignal },
  measure: (cluster: OnCluster) => Promise<void>,
): Promise<void> {
  const setUp = {
    run: createRun(),
    extras: new Map([['services', 'without measuring']] as const),
    image: null,
    imagePullSecret: null,
    hostPort: null,
    podsOnly: false,
    marks: noMarks,
    limits: {},
    setUpDeadlineMs: startMs,
    freshDeadlineMs: startMs,
    keep: false,
    latency: 'full',
    policies: 'off',
    headroom: false,
    holdMs: 0,
    signal,
    now: () => undefined,
    say: () => undefined,
  } as const;
  await onCluster(loadKubeconfig({ file: lab.kubeconfigPath }), setUp, measure);
}
