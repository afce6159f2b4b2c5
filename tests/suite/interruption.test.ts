/** Ctrl-C and SIGTERM at any time: reports are written, and no namespace is left. */
import { globSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { V1Namespace } from '@kubernetes/client-node';
import { borrowingLab } from '../support/lab.ts';
import { isGoing, namesOfNamespaces, whenNamespace } from '../support/namespaces.ts';
import { runSuite, type RunningSuite, type SuiteRun } from '../support/run-suite.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;
/** Over in a moment. */
const short = ['flat-network'];
/** Much is left to do when the first clause has ended, however late that is heard of. */
const long = ['flat-network', 'protocols', 'services'];
const clausesThere = long.flatMap((folder) => globSync(`specs/${folder}/*.spec.ts`)).length;

describe('a run that is interrupted', function () {
  this.timeout(300_000);
  const borrowed = borrowingLab();

  for (const signal of signals) {
    it(`at set-up by ${signal} leaves nothing, has a report and no verdict`, async () => {
      const found = await run({ onStart: (running) => sendWhen(signal, running) });
      expectNoVerdict(found, signal);
      expect(found.report?.clauses).to.deep.equal([]);
      await expectNothingLeft(found);
    });

    it(`in mid-run by ${signal} leaves nothing, has a report and no verdict`, async () => {
      const found = await run({ onLine: (line, running) => line.startsWith('✓') && running.kill(signal) }, long);
      expectNoVerdict(found, signal);
      expect(found.report?.clauses.length).to.be.above(0).and.below(clausesThere);
      await expectNothingLeft(found);
    });

    it(`at clean-up by ${signal} leaves nothing, and has the verdict that it had`, async () => {
      const found = await run({ onStart: (running) => sendWhen(signal, running, isGoing) });
      expect(found.exitCode, found.stdout).to.equal(0);
      expect(found.report?.verdict).to.equal('conformant');
      expect(found.stdout).to.include(signal);
      await expectNothingLeft(found);
    });
  }

  it('twice, as npm and the terminal both send Ctrl-C, cleans up all the same', async () => {
    const onLine = (line: string, running: RunningSuite): void => {
      if (!line.startsWith('✓')) return;
      running.kill('SIGINT');
      running.kill('SIGINT');
    };
    const found = await run({ onLine }, long);
    expectNoVerdict(found, 'SIGINT');
    await expectNothingLeft(found);
  });

  async function run(options: Parameters<typeof runSuite>[1], folders = short): Promise<SuiteRun> {
    const clauses = folders.flatMap((folder) => ['--clause', folder]);
    return runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, '--latency', 'off', ...clauses], options);
  }

  function sendWhen(signal: NodeJS.Signals, running: RunningSuite, holds?: (namespace: V1Namespace) => boolean): void {
    const options = { besides: borrowed.earlier, ...(holds === undefined ? {} : { holds }) };
    void whenNamespace(borrowed.api, options).then((name) => name !== null && running.kill(signal));
  }

  function expectNoVerdict({ exitCode, report, stdout, junit }: SuiteRun, signal: string): void {
    expect(exitCode, stdout).to.equal(3);
    expect(report?.verdict).to.equal('partial');
    expect(report?.failure?.code).to.equal('interrupted');
    expect(report?.summary).to.include(signal);
    expect(junit).to.include('<testsuites');
  }

  async function expectNothingLeft({ report }: SuiteRun): Promise<void> {
    expect(report?.notes.filter((note) => note.includes('still there'))).to.deep.equal([]);
    expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(borrowed.earlier);
  }
});
