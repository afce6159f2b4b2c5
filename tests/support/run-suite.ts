import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Run } from '../../lib/verdict/run.ts';

export interface SuiteRun {
  /** -1 when a signal ended it. */
  exitCode: number;
  stdout: string;
  stderr: string;
  durationMs: number;
  /** null when no report was written. */
  report: Run | null;
  junit: string | null;
}

/** A run in progress. */
export interface RunningSuite {
  kill: (signal: NodeJS.Signals) => void;
}

export interface SuiteOptions {
  onStart?: (running: RunningSuite) => void;
  onLine?: (line: string, running: RunningSuite) => void;
  env?: Record<string, string>;
  /** Another checkout, whose suite is run. */
  cwd?: string;
  cancelSignal?: AbortSignal;
}

/** Runs the suite's own command line to its end, as a user would, and reads its report. */
export async function runSuite(args: readonly string[], options: SuiteOptions = {}): Promise<SuiteRun> {
  const reports = await mkdtemp(join(tmpdir(), 'flatnet-reports-'));
  const started = performance.now();
  try {
    const child = execa('node', ['lib/cli/main.ts', ...args, '--reports', reports], {
      reject: false,
      stdin: 'ignore',
      preferLocal: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { CI: 'true', NO_COLOR: '1', ...options.env },
      ...(options.cancelSignal === undefined ? {} : { cancelSignal: options.cancelSignal }),
      forceKillAfterDelay: false,
    });
    const { onStart, onLine } = options;
    const running: RunningSuite = { kill: (signal) => void child.kill(signal) };
    onStart?.(running);
    if (onLine !== undefined) for await (const line of child.iterable()) onLine(line, running);
    const { exitCode, stdout, stderr } = await child;
    const durationMs = performance.now() - started;
    const written = async (name: string): Promise<string | null> =>
      readFile(join(reports, 'latest', name), 'utf8').catch(() => null);
    const report = await written('report.json');
    return {
      exitCode: exitCode ?? -1,
      stdout,
      stderr,
      durationMs,
      report: report === null ? null : (JSON.parse(report) as Run),
      junit: await written('junit.xml'),
    };
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}
