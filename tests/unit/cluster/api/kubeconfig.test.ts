import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ClusterError } from '../../../../lib/cluster/api/errors.ts';
import { loadKubeconfig, type KubeconfigOptions } from '../../../../lib/cluster/api/kubeconfig.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'flatnet-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, { current = 'one', contexts = ['one'], server = 'https://192.0.2.1:6443' } = {}): string {
  const file = join(folder, name);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: [{ name: 'cluster', cluster: { server } }],
    users: [{ name: 'user', user: { token: 'secret' } }],
    contexts: contexts.map((context) => ({ name: context, context: { cluster: 'cluster', user: 'user' } })),
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function refused(options: KubeconfigOptions): ClusterError {
  try {
    loadKubeconfig(options);
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('loadKubeconfig', () => {
  it('reads the named file and takes its current context', () => {
    const file = write('config');
    expect(loadKubeconfig({ file })).to.include({ source: file, context: 'one', server: 'https://192.0.2.1:6443' });
  });

  it('takes the context that is asked for', () => {
    expect(loadKubeconfig({ file: write('config', { contexts: ['one', 'two'] }), context: 'two' }).context).to.equal(
      'two',
    );
  });

  it('lists the contexts when the one asked for is unknown', () => {
    const error = refused({ file: write('config', { contexts: ['one', 'two'] }), context: 'three' });
    expect(error.code).to.equal('context-unknown');
    expect(error.message).to.contain('no context "three"; it has one, two');
  });

  it('says so when the named file is missing, and looks nowhere else', () => {
    const env = { KUBECONFIG: write('other'), HOME: folder };
    const error = refused({ file: join(folder, 'missing'), env });
    expect(error.code).to.equal('kubeconfig-not-found');
    expect(error.message).to.contain(join(folder, 'missing'));
  });

  it('falls back to ~/.kube/config only when KUBECONFIG is empty, and to nothing else', () => {
    const error = refused({ env: { KUBECONFIG: '', HOME: folder, KUBERNETES_SERVICE_HOST: '192.0.2.9' } });
    expect(error.code).to.equal('kubeconfig-not-found');
    expect(error.message).to.contain(join(folder, '.kube', 'config'));
  });

  it('merges the files of KUBECONFIG as kubectl does: the first one wins, missing ones are passed over', () => {
    const first = write('first', { server: 'https://192.0.2.1:6443' });
    const second = write('second', { server: 'https://192.0.2.2:6443', current: 'two', contexts: ['one', 'two'] });
    const env = { KUBECONFIG: [join(folder, 'missing'), first, second].join(':') };
    const target = loadKubeconfig({ env });
    expect(target).to.include({ context: 'one', server: 'https://192.0.2.1:6443' });
    expect(target.kubeConfig.contexts.map(({ name }) => name)).to.deep.equal(['one', 'two']);
  });

  it('names every file of KUBECONFIG when none exists', () => {
    expect(refused({ env: { KUBECONFIG: '/nowhere/a:/nowhere/b' } }).message).to.contain('/nowhere/a, /nowhere/b');
  });

  it('calls a folder unreadable', () => {
    expect(refused({ file: folder }).code).to.equal('kubeconfig-unreadable');
  });

  for (const [what, text] of [
    ['text', 'just words'],
    ['broken YAML', 'a: [b'],
    ['nothing', ''],
    ['a list', '[1, 2]'],
    ['a cluster without a server', 'clusters: [{name: a, cluster: {}}]'],
  ] as const) {
    it(`calls ${what} invalid, in one line`, () => {
      const file = join(folder, 'config');
      writeFileSync(file, text);
      const error = refused({ file });
      expect(error.code).to.equal('kubeconfig-invalid');
      expect(error.message).to.contain(file).and.not.contain('\n');
    });
  }

  it('names the cluster that a context points to and the file lacks', () => {
    const file = join(folder, 'config');
    writeFileSync(
      file,
      'current-context: a\ncontexts: [{name: a, context: {cluster: gone, user: u}}]\nusers: [{name: u, user: {}}]',
    );
    expect(refused({ file }).message).to.contain('"gone"');
  });
});
