import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Step } from './check-steps.ts';
import type { TestCounts } from './mocha-counter.ts';

export interface StepResult {
  passed: number;
  failed: number;
  pending: number;
  /** One line for each test that failed. */
  failures: string[];
  durationMs: number;
  /** Why it failed, unless by a failing test. */
  reason: string | null;
}

/** Runs one step with its output passed through. Never throws. */
export async function runStep(step: Step, env: NodeJS.ProcessEnv): Promise<StepResult> {
  const started = performance.now();
  const scratch = await mkdtemp(join(tmpdir(), 'flatnet-check-'));
  const countsFile = join(scratch, 'counts.json');
  try {
    const problem = await run(step, { ...env, FLATNET_TEST_COUNTS: countsFile });
    const counts = step.isMocha ? await readCounts(countsFile) : null;
    return { ...judge(step, { problem, counts }), durationMs: performance.now() - started };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** null, or what was wrong with its exit. */
async function run({ command: [file, ...args], limitMs }: Step, env: NodeJS.ProcessEnv): Promise<string | null> {
  const ended = await execa(file, args, {
    env,
    extendEnv: false,
    reject: false,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: limitMs,
    // Removing what it started (a lab) may take a while.
    forceKillAfterDelay: 60_000,
  });
  if (ended.timedOut) return `ended after ${limitMs / 60_000} minutes`;
  if (ended.exitCode === 0) return null;
  if (ended.exitCode === undefined && ended.signal === undefined)
    return `${file} could not be started: ${ended.originalMessage}`;
  return `${file} ended with ${ended.signal ?? `exit code ${ended.exitCode}`}`;
}

const none = { passed: 0, failed: 0, pending: 0, failures: [] };

function judge(
  step: Step,
  { problem, counts }: { problem: string | null; counts: TestCounts | null },
): Omit<StepResult, 'durationMs'> {
  if (!step.isMocha) {
    const failed = problem === null ? 0 : 1;
    return { ...none, passed: 1 - failed, failed, reason: problem };
  }
  if (counts === null) return { ...none, failed: 1, reason: problem ?? 'no tests were counted' };
  if (counts.leftOpen !== null) {
    return { ...counts, failed: counts.failed + 1, reason: `tests left something open: ${counts.leftOpen}` };
  }
  if (problem !== null && counts.failed === 0) return { ...counts, failed: 1, reason: problem };
  if (counts.passed + counts.failed === 0) return { ...counts, failed: 1, reason: 'not one test was run' };
  return { ...counts, reason: null };
}

async function readCounts(file: string): Promise<TestCounts | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as TestCounts;
  } catch {
    // mocha ended before its first test: a file could not be loaded.
    return null;
  }
}
