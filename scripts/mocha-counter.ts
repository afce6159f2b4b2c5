import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

/** What a run of mocha leaves in the file that `FLATNET_TEST_COUNTS` names. */
export interface TestCounts {
  passed: number;
  failed: number;
  pending: number;
}

/** mocha's own `spec`, which also counts; a hook that fails counts as a test. */
export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const counts: TestCounts = { passed: 0, failed: 0, pending: 0 };
    runner.on('pass', () => counts.passed++);
    runner.on('fail', () => counts.failed++);
    runner.on('pending', () => counts.pending++);
    runner.on('end', () => {
      const file = process.env['FLATNET_TEST_COUNTS'];
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}
