/** Whom a request, a watch and an exec stream trust, as kubectl does: real TLS servers on loopback. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { connectApi } from '../../../../../lib/cluster/api/api.ts';
import { loadKubeconfig } from '../../../../../lib/cluster/api/kubeconfig.ts';
import { systemAuthorities } from '../../../../../lib/cluster/api/tls/system-authorities.ts';
import { execStream } from '../../../../../lib/cluster/channel/exec-stream.ts';
import { rejection } from '../../fake-api.ts';
import { startFakeExec, type FakeExec } from '../../fake-exec.ts';
import { startProxy, type Proxy } from '../../../../support/proxy.ts';
import { openssl, type Pair } from './certificates.ts';

/** One event of a watch, or a version. */
const answer: RequestListener = (request, response) => {
  const json = request.url?.includes('watch=true')
    ? { type: 'ADDED', object: { n: 1 } }
    : { gitVersion: 'v1.37.2', gitCommit: '' };
  response.setHeader('content-type', 'application/json').end(`${JSON.stringify(json)}\n`);
};

describe('the authorities that are trusted', function () {
  this.timeout(60_000);
  let made: Awaited<ReturnType<typeof openssl>>;
  let folder = '';
  let root: Pair;
  let intermediate: Pair;
  let leaf: Pair;
  let fake: FakeExec | undefined;
  let proxy: Proxy | undefined;

  before('certificates are made', async () => {
    made = await openssl();
    folder = await mkdtemp(join(tmpdir(), 'flatnet-test-'));
    root = await made.authority('root');
    intermediate = await made.certificate('root', 'intermediate', { signs: true });
    leaf = await made.certificate('intermediate', 'leaf');
  });
  afterEach(async () => {
    await fake?.stop();
    await proxy?.stop();
    [fake, proxy] = [undefined, undefined];
  });
  after(async () => {
    await made.remove();
    await rm(folder, { recursive: true });
  });

  /** A request, a watch and an exec, by a kubeconfig that trusts `authority`, or names none; throws what the first of them fails with. */
  async function ways(
    authority: string | null,
    cluster: (port: number) => object = () => ({}),
    env: NodeJS.ProcessEnv = process.env,
    user: object = {},
  ): Promise<string[]> {
    fake = await startFakeExec({ tls: { cert: leaf.cert + intermediate.cert, key: leaf.key }, onRequest: answer });
    const file = join(folder, 'config');
    const server = `https://127.0.0.1:${fake.port}`;
    const own = authority === null ? {} : { 'certificate-authority-data': Buffer.from(authority).toString('base64') };
    const config = {
      'current-context': 'one',
      clusters: [{ name: 'cluster', cluster: { server, ...own, ...cluster(fake.port) } }],
      users: [{ name: 'user', user }],
      contexts: [{ name: 'one', context: { cluster: 'cluster', user: 'user' } }],
    };
    await writeFile(file, JSON.stringify(config));
    const api = connectApi(loadKubeconfig({ file, env }), { apiAwayMs: 0 });
    const { gitVersion } = await api.version.getCode();
    const went = [gitVersion];
    for await (const { type } of api.watch('/api/v1/namespaces', { deadlineMs: 30_000 })) went.push(type);
    const stream = await execStream(api, { namespace: 'n', pod: 'p', container: 'c', command: ['true'] })({
      onData: () => undefined,
      onEnd: () => undefined,
    });
    stream.close();
    return [...went, 'exec'];
  }
  const all = ['v1.37.2', 'ADDED', 'exec'];

  it('are the root that the kubeconfig holds', async () => expect(await ways(root.cert)).to.deep.equal(all));

  it('are an intermediate one where the kubeconfig holds that alone', async () =>
    expect(await ways(intermediate.cert)).to.deep.equal(all));

  it('are the same through a proxy, for streams, too', async () => {
    proxy = await startProxy();
    const { url } = proxy;
    expect(await ways(intermediate.cert, () => ({ 'proxy-url': url }))).to.deep.equal(all);
    expect(new Set(proxy.asked)).to.deep.equal(new Set([`127.0.0.1:${fake?.port}`]));
    expect(proxy.asked.length).to.be.at.least(2);
  });

  it('are the same through HTTPS_PROXY', async () => {
    proxy = await startProxy();
    const before_ = process.env['HTTPS_PROXY'];
    process.env['HTTPS_PROXY'] = proxy.url;
    try {
      // No proxy is used to loopback addresses: this name is the proxy's to resolve.
      const ofFake = (port: number) => ({ server: `https://api.example:${port}`, 'tls-server-name': '127.0.0.1' });
      expect(await ways(intermediate.cert, ofFake)).to.deep.equal(all);
      expect(new Set(proxy.asked)).to.deep.equal(new Set([`api.example:${fake?.port}`]));
    } finally {
      delete process.env['HTTPS_PROXY'];
      if (before_ !== undefined) process.env['HTTPS_PROXY'] = before_;
    }
  });

  it('are not those that the server sends of itself', async () => {
    const stranger = await made.authority('stranger');
    expect(await rejection(ways(stranger.cert))).to.have.property('code', 'server-certificate-untrusted');
  });

  describe('of a kubeconfig that names none', () => {
    const bySystem = (env: NodeJS.ProcessEnv) => ways(null, undefined, { SSL_CERT_DIR: made.folder + '/none', ...env });

    it('are those of the file that SSL_CERT_FILE names, whatever else is in it', async () => {
      const bad = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
      const file = join(folder, 'bundle.pem');
      await writeFile(file, `# of the company\n${bad}${root.cert}`);
      expect(await bySystem({ SSL_CERT_FILE: file })).to.deep.equal(all);
    });

    it('are those of all folders that SSL_CERT_DIR names', async () => {
      const folders = ['first', 'second'].map((name) => join(folder, name));
      for (const one of folders) await mkdir(one);
      await writeFile(join(folders[1]!, 'ours.pem'), intermediate.cert);
      expect(await bySystem({ SSL_CERT_DIR: folders.join(':') })).to.deep.equal(all);
    });

    it('are no others: the error says where they are looked for', async () => {
      const error = await rejection(bySystem({ SSL_CERT_FILE: join(folder, 'missing.pem') }));
      expect(error).to.have.property('code', 'server-certificate-untrusted');
      expect(error).to.have.property('remedy').that.contains('SSL_CERT_FILE');
    });

    it('are not those that Node brings, where the system has some', async () => {
      const known = getCACertificates('default').map((one) => one.trim());
      expect(known.length).to.be.greaterThan(0);
      const file = join(folder, 'own.pem');
      await writeFile(file, root.cert);
      const env = { SSL_CERT_FILE: file, SSL_CERT_DIR: join(folder, 'none') };
      expect(systemAuthorities(env))
        .to.include(root.cert.trim())
        .and.not.include(getCACertificates('bundled')[0]?.trim());
      expect(systemAuthorities({ ...env, SSL_CERT_FILE: join(folder, 'missing.pem') })).to.deep.equal([
        ...new Set(known),
      ]);
    });

    it('do not count where the kubeconfig names one', async () => {
      const file = join(folder, 'root.pem');
      await writeFile(file, root.cert);
      const { cert } = await made.authority('other');
      const error = await rejection(ways(cert, undefined, { SSL_CERT_FILE: file }));
      expect(error).to.have.property('code', 'server-certificate-untrusted');
    });

    it('leave what is wrong with a client certificate to be told', async () => {
      const user = { 'client-certificate-data': 'bm9uc2Vuc2U=', 'client-key-data': 'bm9uc2Vuc2U=' };
      const error = await rejection(ways(null, undefined, {}, user));
      expect(error).to.have.property('code', 'client-certificate-unusable');
    });
  });
});
