/** The API server away for 10 s says nothing about the network: no clause goes red for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sh } from '../faults/shell.ts';
import { borrowingLab } from '../support/lab.ts';
import { namesOfNamespaces, untilGone, whenNamespace } from '../support/namespaces.ts';
import { runSuite, type SuiteRun } from '../support/run-suite.ts';

const awayMs = 10_000;
/** One request that had to wait, several, or exec streams: on a slow machine, the run may be at its end when the server goes. */
const apiAway = /API server (does not answer|was away)|stream/;

describe('the API server away for 10 s', function () {
  this.timeout(360_000);
  const borrowed = borrowingLab();

  it('in mid-run turns no clause red, and the run cleans up', async () => {
    const checking = Promise.withResolvers<void>();
    const away = checking.promise.then(goAway);
    const found = await run(['flat-network', 'protocols'], (line) => line.startsWith('✓') && checking.resolve());
    checking.resolve();
    await away;
    await expectNoAlarm(found);
  });

  it('while the probes start turns no clause red, and the run cleans up', async () => {
    const away = whenNamespace(borrowed.api, { besides: borrowed.earlier }).then(goAway);
    const found = await run(['flat-network/node-to-node']);
    await away;
    await expectNoAlarm(found);
  });

  async function run(clauses: string[], onLine: (line: string) => unknown = () => undefined): Promise<SuiteRun> {
    const chosen = clauses.flatMap((id) => ['--clause', id]);
    return runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, ...chosen], { onLine });
  }

  async function goAway(): Promise<void> {
    await sh(borrowed.lab, 'control', 'flatnet-service stop kube-apiserver');
    await sleep(awayMs);
    await sh(borrowed.lab, 'control', 'flatnet-service start kube-apiserver');
  }

  async function expectNoAlarm({ report, stdout, exitCode }: SuiteRun): Promise<void> {
    const red = report?.clauses.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
    expect(red, stdout).to.deep.equal([]);
    expect(report?.causes).to.deep.equal([]);
    expect(exitCode, stdout).to.be.oneOf([0, 3]);
    expect(report?.verdict).to.equal(exitCode === 0 ? 'conformant' : 'partial');
    expect(report?.notes.join('\n')).to.match(apiAway);
    expect(await untilGone(borrowed.api, report?.namespace ?? ''), stdout).to.equal(true);
    expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(borrowed.earlier);
  }
});
