/** What `kill -9` leaves is removed by the next run, and only that. What is kept on purpose stays. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';
import { namesOfNamespaces, untilGone, whenNamespace } from '../support/namespaces.ts';
import { otherNotes } from '../support/notes.ts';
import { runSuite, type SuiteOptions, type SuiteRun } from '../support/run-suite.ts';

describe('leftovers', function () {
  this.timeout(180_000);
  let borrowed: BorrowedLab;
  const others = ['flatnet-test-unlabelled', 'flatnet-test-foreign'];
  before('a lab is up, with namespaces of other people', async function () {
    this.timeout(bringUpMs);
    borrowed = await borrowLab();
    const { core } = borrowed.api;
    await core.createNamespace({ body: { metadata: { name: others[0] ?? '' } } });
    // The label alone is no promise that it is the suite's.
    await core.createNamespace({
      body: { metadata: { name: others[1] ?? '', labels: { 'app.kubernetes.io/managed-by': 'flatnet' } } },
    });
  });
  after(async function () {
    this.timeout(300_000);
    for (const name of others) await borrowed.api.core.deleteNamespace({ name });
    for (const name of others) await untilGone(borrowed.api, name);
  });

  it('of a killed run are removed by the next; kept and foreign namespaces stay', async () => {
    const { api } = borrowed;
    const kept = await run({}, '--keep');
    expect(kept.exitCode, kept.stdout).to.equal(0);
    const keptName = kept.report?.namespace ?? '';
    expect(kept.report?.notes.join('\n')).to.match(new RegExp(`kubectl .*delete namespace ${keptName}`));

    const earlier = await namesOfNamespaces(api);
    expect(earlier).to.include(keptName);
    const killed = await run({ onLine: (line, running) => line.startsWith('✓') && running.kill('SIGKILL') });
    expect(killed).to.include({ exitCode: -1, report: null });
    const left = (await namesOfNamespaces(api)).find((name) => !earlier.includes(name));
    expect(left, 'the killed run left its namespace').to.match(/^flatnet-/);

    const next = await run();
    expect(next.exitCode, next.stdout).to.equal(0);
    expect(next.report?.notes).to.include(`${left} was left by an earlier run and has been removed.`);
    expect(await namesOfNamespaces(api)).to.deep.equal(earlier);
    expect((await api.core.readNamespace({ name: others[0] ?? '' })).status?.phase).to.equal('Active');

    await api.core.deleteNamespace({ name: keptName });
    expect(await untilGone(api, keptName)).to.equal(true);
  });

  it('are not what a run that goes on has made', async () => {
    const { api } = borrowed;
    const earlier = await namesOfNamespaces(api);
    const [first, other] = await Promise.all([run(), whenNamespace(api, { besides: earlier }).then(async () => run())]);
    expect([first.exitCode, other.exitCode], first.stdout).to.deep.equal([0, 0]);
    expect([...otherNotes(first.report), ...otherNotes(other.report)]).to.deep.equal([]);
    expect(await namesOfNamespaces(api)).to.deep.equal(earlier);
  });

  async function run(options: SuiteOptions = {}, ...more: string[]): Promise<SuiteRun> {
    const clause = ['--clause', 'flat-network/node-to-node'];
    return runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, ...clause, ...more], options);
  }
});
