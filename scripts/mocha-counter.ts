import { writeFileSync } from 'node:fs';
import mocha from 'mocha';
import { watchTimers } from './timers-left.ts';

/** What a mocha run writes to the file named by `FLATNET_TEST_COUNTS`. */
export interface TestCounts {
  passed: number;
  failed: number;
  pending: number;
  /** Of each that failed, its full title and the beginning of its message. */
  failures: string[];
  /** What tests opened and left open ("TCPServerWrap"); null when nothing kept the process alive. */
  leftOpen: string | null;
}

/** mocha's `spec` reporter, which also counts; a failing hook counts as a test. */
export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const counts: TestCounts = { passed: 0, failed: 0, pending: 0, failures: [], leftOpen: null };
    const timers = watchTimers();
    runner.on('pass', () => counts.passed++);
    runner.on('fail', (test, error) => {
      counts.failed++;
      counts.failures.push(`${test.fullTitle()}: ${shortened(error)}`);
      // The rest of a long step takes a while, or is interrupted.
      console.log(`      ${shortened(error)}`);
    });
    runner.on('pending', () => counts.pending++);
    runner.on('end', () => {
      leave(counts);
      // Without a limit, a socket or a child that a test left open would block the whole check.
      setTimeout(timers.watchAll, 9_000).unref();
      setTimeout(() => endAnyway(counts, timers.at()), 10_000).unref();
    });
  }
}

/** What a person needs to know which check it was; the whole message stands above. */
function shortened(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

function leave(counts: TestCounts): void {
  const file = process.env['FLATNET_TEST_COUNTS'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
}

/** Through the file: mocha overrides the exit code when the process ends. */
function endAnyway(counts: TestCounts, timers: string[]): void {
  const kinds = [...new Set(process.getActiveResourcesInfo())].join(', ');
  leave({ ...counts, leftOpen: [kinds, ...timers].join('; ') });
  process.exit();
}
