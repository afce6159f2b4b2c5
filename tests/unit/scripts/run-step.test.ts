import { expect } from 'chai';
import { describe, it } from 'mocha';
import { runStep, type StepResult } from '../../../scripts/run-step.ts';

const counted = (counts: object): string =>
  `require('node:fs').writeFileSync(process.env.FLATNET_TEST_COUNTS, '${JSON.stringify(counts)}');`;

async function step(
  script: string,
  {
    command = 'node',
    isMocha = false,
    limitMs = 60_000,
  }: { command?: string; isMocha?: boolean; limitMs?: number } = {},
): Promise<Omit<StepResult, 'durationMs'>> {
  const { durationMs, ...result } = await runStep(
    { name: 'a step', command: [command, '-e', script], isMocha, needsLab: false, limitMs },
    { ...process.env },
  );
  expect(durationMs).to.be.above(0);
  return result;
}

describe('a step of the check', function () {
  this.timeout(60_000);

  it('passes when its command ends with 0', async () => {
    expect(await step('')).to.deep.equal({ passed: 1, failed: 0, pending: 0, failures: [], reason: null });
  });

  it('fails with the exit code, or the signal, that ended it', async () => {
    expect(await step('process.exitCode = 3')).to.include({ failed: 1, reason: 'node ended with exit code 3' });
    expect(await step(`process.kill(process.pid, 'SIGKILL')`)).to.include({ reason: 'node ended with SIGKILL' });
  });

  it('fails when its command is not there', async () => {
    const { failed, reason } = await step('', { command: 'flatnet-has-no-such-command' });
    expect(failed).to.equal(1);
    expect(reason).to.match(/^flatnet-has-no-such-command could not be started: .*ENOENT/);
  });

  it('is ended when it takes too long', async () => {
    const { failed, reason } = await step('setTimeout(() => {}, 60_000)', { limitMs: 1_500 });
    expect(failed).to.equal(1);
    expect(reason).to.equal('ended after 0.025 minutes');
  });

  it('has the environment that it is given, and nothing else of ours', async () => {
    process.env['FLATNET_NOT_HANDED_ON'] = 'yes';
    try {
      const { PATH = '' } = process.env;
      const command: [string, ...string[]] = [
        'node',
        '-e',
        `process.exit('FLATNET_NOT_HANDED_ON' in process.env ? 1 : 0)`,
      ];
      const result = await runStep({ name: 's', command, isMocha: false, needsLab: false, limitMs: 60_000 }, { PATH });
      expect(result.reason).to.equal(null);
    } finally {
      delete process.env['FLATNET_NOT_HANDED_ON'];
    }
  });

  it('reads nothing: what asks meets the end of the input', async () => {
    const asks = `process.stdin.resume().on('end', () => process.exit(0)); setTimeout(() => process.exit(9), 20_000)`;
    expect(await step(asks)).to.include({ passed: 1 });
  });

  it('of tests counts them, and fails when none were, when one did or when they left something open', async () => {
    const counts = { passed: 2, failed: 0, pending: 1, failures: [], leftOpen: null };
    const isMocha = true;
    expect(await step(counted(counts), { isMocha })).to.include({ passed: 2, failed: 0, pending: 1, reason: null });
    expect(await step('', { isMocha })).to.include({ failed: 1, reason: 'no tests were counted' });
    expect(await step(counted({ ...counts, passed: 0 }), { isMocha })).to.include({ reason: 'not one test was run' });
    const failing = { ...counts, failed: 1, failures: ['a clause is red: expected 1 to equal 2'] };
    expect(await step(counted(failing), { isMocha })).to.deep.include({
      failed: 1,
      failures: failing.failures,
      reason: null,
    });
    expect(await step(counted({ ...counts, leftOpen: 'Timeout' }), { isMocha })).to.include({ failed: 1 });
    expect(await step(`${counted(counts)} process.exitCode = 1`, { isMocha })).to.include({ failed: 1 });
  });
});
