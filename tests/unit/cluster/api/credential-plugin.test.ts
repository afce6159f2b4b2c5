/** Tiny real programs in the place of an exec plugin. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { credentialPlugin, pluginSchema } from '../../../../lib/cluster/api/credential-plugin.ts';
import { ClusterError } from '../../../../lib/cluster/api/errors.ts';
import { loadKubeconfig } from '../../../../lib/cluster/api/kubeconfig.ts';
import { until } from '../../until.ts';
import { rejection } from '../fake-api.ts';

describe('an exec plugin', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'flatnet-test-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A kubeconfig whose user has this plugin: a shell script, or whatever `exec` says. */
  function kubeconfig(script: string, exec: Record<string, unknown> = {}): string {
    writeFileSync(join(folder, 'plugin'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'plugin'), 0o755);
    const file = join(folder, 'config');
    const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', ...exec } };
    const config = {
      'current-context': 'mine',
      clusters: [{ name: 'c', cluster: { server: 'https://192.0.2.1:6443' } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'mine', context: { cluster: 'c', user: 'u' } }],
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  }

  async function options(file: string): Promise<RequestOptions> {
    const applied: RequestOptions = {};
    await loadKubeconfig({ file }).kubeConfig.applyToHTTPSOptions(applied);
    return applied;
  }

  async function failure(file: string): Promise<ClusterError> {
    const error = await rejection(options(file));
    expect(error).to.be.instanceOf(ClusterError);
    return error as ClusterError;
  }

  it('gives a token, and is told on which terms', async () => {
    const script = `test "$OWN" = value && echo "$KUBERNETES_EXEC_INFO" > "$0.info"
      echo '{"kind":"ExecCredential","status":{"token":"secret"}}'`;
    const { headers } = await options(kubeconfig(script, { env: [{ name: 'OWN', value: 'value' }] }));
    expect(headers).to.have.property('Authorization', 'Bearer secret');
    expect(JSON.parse(readFileSync(join(folder, 'plugin.info'), 'utf8'))).to.deep.equal({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: { interactive: false },
    });
  });

  it('gives a certificate', async () => {
    const status = { clientCertificateData: 'a certificate', clientKeyData: 'its key' };
    const { cert, key } = await options(kubeconfig(`echo '${JSON.stringify({ status })}'`));
    expect({ cert, key }).to.deep.equal({ cert: 'a certificate', key: 'its key' });
  });

  it('is run once for all that ask at the same time, and again when its credentials have expired', async () => {
    const runs = (): number => readFileSync(join(folder, 'plugin.log'), 'utf8').length;
    const script = (time: string): string =>
      `printf x >> "$0.log"; sleep 0.2; echo '{"status":{"token":"t","expirationTimestamp":"${time}"}}'`;
    const plugin = (file: string) => {
      const { kubeConfig } = loadKubeconfig({ file });
      return () => kubeConfig.applyToHTTPSOptions({});
    };
    const lasting = plugin(kubeconfig(script('2099-01-01T00:00:00Z')));
    await Promise.all([lasting(), lasting(), lasting()]);
    await lasting();
    expect(runs()).to.equal(1);
    const expired = plugin(kubeconfig(script('2020-01-01T00:00:00Z')));
    await expired();
    await expired();
    expect(runs()).to.equal(3);
  });

  it('that is not installed is told with its own hint', async () => {
    const command = 'flatnet-has-no-such-plugin';
    const hinted = await failure(kubeconfig('', { command, installHint: 'Install it:\n\n  brew install it\n' }));
    expect(hinted).to.include({ code: 'credential-plugin-missing', remedy: 'Install it: brew install it' });
    expect(hinted.message).to.equal(`The credential plugin "${command}" of context "mine" is not installed.`);
    expect((await failure(kubeconfig('', { command }))).remedy).to.include('Install it');
  });

  it('that may not be executed says so', async () => {
    const file = kubeconfig('');
    chmodSync(join(folder, 'plugin'), 0o644);
    const { code, message } = await failure(file);
    expect(code).to.equal('credentials-failed');
    expect(message).to.include('EACCES');
  });

  it('that asks on stdin meets its end at once', async () => {
    const started = performance.now();
    const asks = 'printf "Password: " >&2; read -r password || { echo "no terminal" >&2; exit 4; }';
    const { code, message } = await failure(kubeconfig(asks));
    expect(code).to.equal('credentials-failed');
    expect(message).to.include('Password: no terminal');
    expect(performance.now() - started).to.be.below(10_000);
  });

  it('that reads stdin to its end and prints nothing is told so', async () => {
    const { code, message } = await failure(kubeconfig('cat; echo "type it" >&2'));
    expect(code).to.equal('credentials-failed');
    expect(message).to.include('printed no ExecCredential, and said: type it');
  });

  it('that ends without a word is told by its exit code', async () => {
    expect((await failure(kubeconfig('exit 3'))).message).to.include('ended with 3 and printed nothing');
  });

  it('that always needs a terminal is not even started', async () => {
    const { code, message } = await failure(kubeconfig('touch "$0.started"', { interactiveMode: 'Always' }));
    expect(code).to.equal('credential-plugin-wants-terminal');
    expect(message).to.include('interactiveMode: Always');
    expect(() => readFileSync(join(folder, 'plugin.started'))).to.throw('ENOENT');
  });

  it('that hangs is ended when its time is over, and its last output quoted, whatever it started itself', async () => {
    kubeconfig('sleep 60 & echo "$$ $!" > "$0.pids"; echo "open https://login.example" >&2; wait');
    const plugin = pluginSchema.parse({ command: join(folder, 'plugin') });
    const authenticator = credentialPlugin(plugin, { context: 'mine', deadlineMs: 3_000 });
    const started = performance.now();
    const error = await rejection(authenticator.applyAuthentication({ name: 'u' }, {}));
    expect(error).to.have.property('code', 'credential-plugin-hangs');
    expect(error)
      .to.have.property('message')
      .that.matches(/did not end within 3 s; its last output: open https:\/\/login\.example\.$/);
    expect(performance.now() - started).to.be.below(15_000);
    const [own, sleeping] = readFileSync(join(folder, 'plugin.pids'), 'utf8').split(' ').map(Number);
    process.kill(sleeping!);
    await until('the plugin to end', () => !isAlive(own!));
  });

  it('without a command is a fault of the kubeconfig', () => {
    expect(() => loadKubeconfig({ file: kubeconfig('', { command: undefined }) }))
      .to.throw(ClusterError, 'exec.command of the user "u"')
      .with.property('code', 'kubeconfig-invalid');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
