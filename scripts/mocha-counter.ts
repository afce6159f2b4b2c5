import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

/** What a mocha run writes to the file named by `FLATNET_TEST_COUNTS`. */
export interface TestCounts {
  passed: number;
  failed: number;
  pending: number;
  /** What tests opened and left open ("TCPServerWrap"); null when nothing kept the process alive. */
  leftOpen: string | null;
}

/** mocha's `spec` reporter, which also counts; a failing hook counts as a test. */
export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const counts: TestCounts = { passed: 0, failed: 0, pending: 0, leftOpen: null };
    runner.on('pass', () => counts.passed++);
    runner.on('fail', () => counts.failed++);
    runner.on('pending', () => counts.pending++);
    runner.on('end', () => {
      leave(counts);
      // Without a limit, a socket or a child that a test left open would block the whole check.
      setTimeout(() => endAnyway(counts), 10_000).unref();
    });
  }
}

function leave(counts: TestCounts): void {
  const file = process.env['FLATNET_TEST_COUNTS'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
}

/** Through the file: mocha overrides the exit code when the process ends. */
function endAnyway(counts: TestCounts): void {
  leave({ ...counts, leftOpen: [...new Set(process.getActiveResourcesInfo())].join(', ') });
  process.exit();
}
