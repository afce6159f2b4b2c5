import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcomeOf, run } from '../../../lab/run.ts';
import { rejection } from '../cluster/fake-api.ts';

describe('outcomeOf', function () {
  this.timeout(60_000);

  it('gives what a program said and how it ended', async () => {
    expect(await outcomeOf('sh', ['-c', 'echo out; echo err >&2; exit 3'])).to.deep.equal({
      exitCode: 3,
      stdout: 'out',
      stderr: 'err',
    });
    expect((await outcomeOf('/no/such/program', [])).exitCode).to.equal(127);
  });

  it('stops a program that does not end in time, and says which', async () => {
    const started = performance.now();
    const error = await rejection(outcomeOf('sleep', ['60'], { limitMs: 200 }));
    expect(error).to.have.property('code', 'LAB_COMMAND_FAILED');
    expect(error).to.have.property('message', '`sleep 60` has not ended within 0.2 s, and was stopped.');
    expect(performance.now() - started).to.be.below(15_000);
  });

  it('does not wait for what such a program started, whether its lines are read or not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flatnet-test-'));
    // Holds the output open for 30 s, or until the folder is gone.
    const long = `for second in $(seq 30); do [ -d ${folder} ] && sleep 1; done`;
    try {
      for (const more of [{}, { onLine: () => {} }]) {
        const started = performance.now();
        const work = run('sh', ['-c', `(${long}) & echo hi >&2; wait`], { limitMs: 200, ...more });
        expect(await rejection(work)).to.have.property('code', 'LAB_COMMAND_FAILED');
        expect(performance.now() - started).to.be.below(15_000);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('knows programs without a limit', async () => {
    expect((await outcomeOf('true', [], { limitMs: Infinity })).exitCode).to.equal(0);
  });
});
