import type { Api } from '../../lib/cluster/index.ts';
import type { Lab } from '../../lab/index.ts';
import { runSuite, type RunningSuite, type SuiteRun } from '../support/run-suite.ts';
import type { Fault, ProbePod, Scene } from './fault.ts';

export interface PlantOptions {
  /** More for the suite's command line. */
  args?: readonly string[];
  /** Ends the run; the fault is undone all the same. */
  cancelSignal?: AbortSignal;
}

/** Plants a fault at its time, runs the suite, and undoes the fault whatever happened. */
export async function runWithFault(
  fault: Fault | null,
  { lab, api }: { lab: Lab; api: Api },
  { args = [], cancelSignal }: PlantOptions = {},
): Promise<SuiteRun> {
  const ranges = await rangesOfNodes(api);
  const podRanges = (node: string): string[] => ranges.get(node) ?? fail(`${node} has no pod range`);
  const podRange = (node: string): string => podRanges(node)[0] ?? fail(`${node} has no pod range`);
  const scene: Scene = { lab, api, pods: [], podRange, podRanges };
  const plant = async (): Promise<void> => fault?.plant({ ...scene, pods: await probePods(api) });
  const over = new AbortController();
  let planting: Promise<void> | null = null;
  try {
    if (fault?.when === 'before') planting = plant();
    await planting;
    const run = await runSuite(
      ['--kubeconfig', lab.kubeconfigPath, '--latency', 'off', ...policies(fault), ...(fault?.args ?? []), ...args],
      {
        ...(cancelSignal === undefined ? {} : { cancelSignal }),
        onStart: (running) => {
          if (fault?.when !== 'running') return;
          planting = whenProbesRun(api, over.signal).then(() => standingStill(running, plant));
          planting.catch(() => undefined);
        },
        onLine: (line, running) => {
          if (fault === null || planting !== null || !isTime(fault, line)) return;
          planting = fault.when === 'checking' ? plant() : standingStill(running, plant);
          planting.catch(() => undefined);
        },
      },
    );
    over.abort(new Error('the suite ended before its probes ran'));
    await planting;
    if (fault !== null && planting === null && cancelSignal?.aborted !== true)
      throw new Error(`${fault.name} was not planted: no clause passed`);
    return run;
  } finally {
    over.abort();
    await fault?.undo(scene);
  }
}

/** The suite must not be faster than the fault. */
async function standingStill(running: RunningSuite, work: () => Promise<void>): Promise<void> {
  running.kill('SIGSTOP');
  try {
    await work();
  } finally {
    running.kill('SIGCONT');
  }
}

/** By a line of the suite's output, one for each clause that has its verdict. */
function isTime({ when }: Fault, line: string): boolean {
  if (when === 'checking') return line.startsWith('✓');
  return when.startsWith('after ') && line.startsWith(`✓ ${when.slice('after '.length)} `);
}

/** A network that ignores policies is waited for: other faults have nothing to do with that. */
function policies(fault: Fault | null): string[] {
  return fault?.triesPolicies !== true ? ['--policies', 'off'] : [];
}

/** By node, one a family. */
async function rangesOfNodes(api: Api): Promise<Map<string, string[]>> {
  const { items } = await api.core.listNode();
  return new Map(items.map((node) => [node.metadata?.name ?? '', node.spec?.podCIDRs ?? []]));
}

async function probePods(api: Api): Promise<ProbePod[]> {
  const { items } = await api.core.listPodForAllNamespaces({ labelSelector: 'app.kubernetes.io/managed-by=flatnet' });
  return items
    .filter((pod) => pod.metadata?.deletionTimestamp === undefined)
    .map((pod) => ({
      name: pod.metadata?.name ?? '',
      uid: pod.metadata?.uid ?? '',
      node: pod.spec?.nodeName ?? '',
      probe: pod.metadata?.labels?.['flatnet/probe'] ?? '',
      ip: pod.status?.podIP ?? '',
      ips: pod.status?.podIPs?.map(({ ip }) => ip) ?? [],
    }));
}

/** Until two ordinary pods and one host-network pod on each node have an address. */
async function whenProbesRun(api: Api, signal: AbortSignal): Promise<void> {
  const nodes = (await api.core.listNode()).items.length;
  for (;;) {
    signal.throwIfAborted();
    const pods = await probePods(api);
    if (pods.filter((pod) => pod.ip !== '').length >= 3 * nodes) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function fail(message: string): never {
  throw new Error(message);
}
