import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLab } from '../../lab/index.ts';
import { duration } from '../../lib/report/text.ts';
import type { SuiteRun } from '../../tests/support/run-suite.ts';
import { machineWithoutLeftovers } from '../../tests/support/machine.ts';
import { startBusyLoops } from './busy-loops.ts';
import type { Circumstance } from './circumstances.ts';
import { leftSince, withBpf } from './left-behind.ts';
import type { Result } from './record.ts';
import type { Trial } from './trial.ts';

/**
 * Does all trials in one circumstance, on its own lab, reports each result and prints a line for it. Aborting ends it early; rejects with a LabError when the
 * lab can't be started. Resolves with what the lab left on the machine: nothing is right.
 */
export async function soakIn(
  circumstance: Circumstance,
  trials: readonly Trial[],
  {
    folder,
    signal,
    onResult,
  }: { folder: string; signal: AbortSignal; onResult: (trial: Trial, result: Result) => void },
): Promise<string[]> {
  const { name, pauseMs } = circumstance;
  const before = await withBpf(await machineWithoutLeftovers());
  const lab = await startLab({ ...circumstance.lab, log: () => {}, signal });
  try {
    for (const [n, trial] of trials.entries()) {
      // Faults are many: the next one is planted at once.
      if (n > 0 && trial.fault === null) await sleep(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      const { run, problems } = await among(circumstance.busyLoops, () => trial.go(lab, signal));
      if (signal.aborted) break;
      onResult(trial, { run: trial.name, durationMs: run?.durationMs ?? 0, problems });
      const kept =
        run === null || problems.length === 0 ? [] : [await keep(run, join(folder, fileName(`${name} ${trial.name}`)))];
      const told = [...(run === null ? [] : [duration(run.durationMs), ...causesOf(run)]), ...problems, ...kept];
      console.log(`${problems.length === 0 ? '✓' : '✗'} ${name}, ${trial.name}: ${told.join('; ')}`);
    }
  } finally {
    await lab.stop();
  }
  return leftSince(before);
}

async function among<T>(busyLoops: number, work: () => Promise<T>): Promise<T> {
  const loops = startBusyLoops(busyLoops);
  try {
    return await work();
  } finally {
    await loops.end();
  }
}

/** "2 causes"; of a fault there should be one. */
function causesOf({ report }: SuiteRun): string[] {
  const count = report?.causes.length ?? 0;
  return count === 0 ? [] : [`${count} ${count === 1 ? 'cause' : 'causes'}`];
}

/** Saves a run's report: returns the path of its report.json, or of its output where there is none. */
async function keep({ report, stdout, stderr }: SuiteRun, path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'output.txt'), `${stdout}\n${stderr}`);
  if (report === null) return join(path, 'output.txt');
  await writeFile(join(path, 'report.json'), JSON.stringify(report, null, 2));
  return join(path, 'report.json');
}

const fileName = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
