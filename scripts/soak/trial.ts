import type { Lab } from '../../lab/index.ts';
import type { Healthy } from '../../tests/support/healthy.ts';
import { runSuite, type SuiteRun } from '../../tests/support/run-suite.ts';
import { problemsOf } from './judge.ts';

/** One run of the suite, and what was wrong with it. */
export interface Trial {
  /** As in "10 nodes, run 3 of 10". */
  readonly name: string;
  readonly go: (lab: Lab, signal: AbortSignal) => Promise<{ run: SuiteRun; problems: string[] }>;
}

/** So many runs on a lab in which nothing is planted. */
export function healthyTrials(runs: number, expected: Healthy): Trial[] {
  return Array.from({ length: runs }, (_, n) => ({
    name: `run ${n + 1} of ${runs}`,
    go: async ({ kubeconfigPath }, cancelSignal) => {
      const run = await runSuite(['--kubeconfig', kubeconfigPath, '--latency', 'off'], { cancelSignal });
      return { run, problems: problemsOf(run, expected) };
    },
  }));
}
