/** What can't be done is said in one sentence, with what to do instead, and nothing is created. */
import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { scratchFolder, writeKubeconfig } from '../support/kubeconfigs.ts';
import { runSuite } from '../support/run-suite.ts';

describe('wrong input', () => {
  let scratch: Awaited<ReturnType<typeof scratchFolder>>;
  beforeEach(async () => {
    scratch = await scratchFolder();
  });
  afterEach(async () => scratch.remove());

  for (const [fact, args, sentence] of [
    ['an unknown option', ['--strickt'], /^Unknown option "--strickt"\. Did you mean --strict\?$/],
    ['an unknown clause', ['--clause', 'flat-network/pod-to-pot'], /^.*"?flat-network\/pod-to-pot"?.*$/],
    ['an argument that belongs to nothing', ['all'], /^"all" does not belong to any option\.$/],
    ['a context without a kubeconfig', ['--context', 'prod'], /^--context needs --kubeconfig/],
    ['a shape of the lab for somebody’s cluster', ['--kubeconfig', '--nodes', '5'], /^--nodes configures the lab/],
  ] as const)
    it(`like ${fact} ends with exit code 2 before anything is asked`, async () => {
      const { exitCode, stderr, stdout, report } = await runSuite([...args]);
      expect(exitCode, stderr).to.equal(2);
      expect(stderr.split('\n')[0]).to.match(sentence);
      expect([stdout, report]).to.deep.equal(['', null]);
    });

  it('like a kubeconfig that is not there ends with exit code 2', async () => {
    const file = scratch.path('none');
    const { exitCode, stdout, report } = await runSuite(['--kubeconfig', file]);
    expect(exitCode).to.equal(2);
    expect(stdout).to.include(`There is no kubeconfig at ${file}.`);
    expect(report?.failure?.code).to.equal('kubeconfig-not-found');
  });

  it('like --kubeconfig with no file anywhere ends with exit code 2, and never on the lab', async () => {
    const { exitCode, stdout, report } = await runSuite(['--kubeconfig'], {
      env: { HOME: scratch.path('home'), KUBECONFIG: '' },
    });
    expect(exitCode).to.equal(2);
    expect(stdout).to.match(/No kubeconfig was named, KUBECONFIG is not set, and there is no .*home\/\.kube\/config\./);
    expect(report?.phases).not.to.have.property('lab');
  });

  it('like a KUBECONFIG that names no existing file ends with exit code 2', async () => {
    const { exitCode, stdout } = await runSuite(['--kubeconfig'], { env: { KUBECONFIG: scratch.path('gone') } });
    expect(exitCode).to.equal(2);
    expect(stdout).to.include('None of the files that KUBECONFIG names exists');
  });

  it('like a kubeconfig that can’t be read ends with exit code 2', async () => {
    const { exitCode, stdout } = await runSuite(['--kubeconfig', scratch.path('.')]);
    expect(exitCode).to.equal(2);
    expect(stdout).to.match(/The kubeconfig \S+ can't be read: .*EISDIR/);
  });

  it('like a kubeconfig that is none ends with exit code 2', async () => {
    await writeFile(scratch.path('config'), 'this is: [not a kubeconfig');
    const { exitCode, stdout } = await runSuite(['--kubeconfig', scratch.path('config')]);
    expect(exitCode).to.equal(2);
    expect(stdout).to.include('is not valid');
  });

  it('like an unknown context ends with exit code 2 and names those that there are', async () => {
    await writeKubeconfig(scratch.path('config'), { server: 'https://127.0.0.1:1' });
    const { exitCode, stdout } = await runSuite(['--kubeconfig', scratch.path('config'), '--context', 'there']);
    expect(exitCode).to.equal(2);
    expect(stdout).to.match(/has no context "there"; it has here\./);
  });

  it('keeps its exit code through npm, written as npm likes it', async () => {
    const file = scratch.path('none');
    const run = await execa('npm', ['test', `--kubeconfig=${file}`, '--', '--reports', scratch.path('reports')], {
      reject: false,
    });
    expect(run.exitCode).to.equal(2);
    expect(run.stdout).to.include(`There is no kubeconfig at ${file}.`);
  });
});
