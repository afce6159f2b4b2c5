import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Run } from '../../lib/verdict/run.ts';

export interface SuiteRun {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** null when no report was written. */
  report: Run | null;
}

/** Runs the suite's own command line to its end, as a user would, and reads its report. kube-proxy's latency, which only takes time, is measured when `args` ask for it. */
export async function runSuite(
  args: readonly string[],
  options: { onLine?: (line: string) => void; env?: Record<string, string>; cancelSignal?: AbortSignal } = {},
): Promise<SuiteRun> {
  const latency = args.includes('--latency') ? [] : ['--latency', 'off'];
  const reports = await mkdtemp(join(tmpdir(), 'flatnet-reports-'));
  try {
    const child = execa('node', ['lib/cli/main.ts', ...args, ...latency, '--reports', reports], {
      reject: false,
      stdin: 'ignore',
      preferLocal: true,
      env: { CI: 'true', NO_COLOR: '1', ...options.env },
      ...(options.cancelSignal === undefined ? {} : { cancelSignal: options.cancelSignal }),
      forceKillAfterDelay: false,
    });
    const { onLine } = options;
    if (onLine !== undefined) for await (const line of child.iterable()) onLine(line);
    const { exitCode, stdout, stderr } = await child;
    const report = await readFile(join(reports, 'latest', 'report.json'), 'utf8').catch(() => null);
    return { exitCode: exitCode ?? -1, stdout, stderr, report: report === null ? null : (JSON.parse(report) as Run) };
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}
