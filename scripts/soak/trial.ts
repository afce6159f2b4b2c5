import type { Lab } from '../../lab/index.ts';
import { connectApi, loadKubeconfig } from '../../lib/cluster/index.ts';
import type { Fault } from '../../tests/faults/fault.ts';
import { problemsWith } from '../../tests/faults/judge.ts';
import { runWithFault } from '../../tests/faults/plant.ts';
import { healthyOn, withoutPolicies } from '../../tests/support/healthy.ts';
import { runSuite, type SuiteRun } from '../../tests/support/run-suite.ts';
import { problemsOf } from './judge.ts';
import type { Place } from './row.ts';

/** One run of the suite, and what was wrong with it. */
export interface Trial extends Place {
  /** As in "10 nodes, run 3 of 10". */
  readonly name: string;
  /** `run`: null when there was none. */
  readonly go: (lab: Lab, signal: AbortSignal) => Promise<{ run: SuiteRun | null; problems: string[] }>;
}

/** So many runs on a lab in which nothing is planted. */
export function healthyTrials(runs: number, { circumstance }: Pick<Place, 'circumstance'>): Trial[] {
  return Array.from({ length: runs }, (_, n) => ({
    circumstance,
    fault: null,
    name: `run ${n + 1} of ${runs}`,
    go: async (lab, cancelSignal) => {
      const run = await runSuite(['--kubeconfig', lab.kubeconfigPath, '--latency', 'off'], { cancelSignal });
      return { run, problems: problemsOf(run, healthyOn(lab)) };
    },
  }));
}

/** So many runs with this fault; held to what a healthy one finds on this network besides. */
export function faultTrials(runs: number, { circumstance, fault }: { circumstance: string; fault: Fault }): Trial[] {
  return Array.from({ length: runs }, (_, n) => ({
    circumstance,
    fault: fault.name,
    name: runs === 1 ? fault.name : `${fault.name} ${n + 1} of ${runs}`,
    go: async (lab, cancelSignal) => {
      const api = connectApi(loadKubeconfig({ file: lab.kubeconfigPath }));
      try {
        const run = await runWithFault(fault, { lab, api }, { cancelSignal });
        const usual = withoutPolicies(healthyOn(lab));
        return { run, problems: run.report === null ? problemsOf(run, usual) : problemsWith(fault, run.report, usual) };
      } catch (error) {
        return { run: null, problems: [`not planted: ${(error as Error).message}`] };
      }
    },
  }));
}
