/** A kubeconfig is used as kubectl uses it: what the server sees of it, from a request and from a websocket's handshake. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { request as requestTls, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { loadKubeconfig, type Target } from '../../../../lib/cluster/api/kubeconfig.ts';
import { startProxy } from '../../../support/proxy.ts';
import { openssl } from './tls/certificates.ts';

let authority = '';
let folder = '';
let server: Server;
let port = 0;
/** Requests that the server saw. */
let seen: IncomingMessage[] = [];
let closing: (() => Promise<void>)[] = [];

before(async () => {
  const made = await openssl();
  authority = (await made.authority('authority')).cert;
  const { cert, key } = await made.certificate('authority', 'server', {
    names: 'IP:192.0.2.7,DNS:kubernetes,DNS:localhost',
  });
  await made.remove();
  server = createServer({ cert, key }, (request, response) => {
    seen.push(request);
    response.setHeader('content-type', 'application/json').end('{"gitVersion":"v1.37.2"}');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flatnet-test-'));
  seen = [];
  closing = [];
});
afterEach(async () => {
  for (const close of closing) await close();
  await rm(folder, { recursive: true });
});

/** Asks once as the clients do, and once as an exec stream begins; gives what the server saw of the two. */
async function ask(
  parts: { user?: object; cluster?: object },
  env: Record<string, string> = {},
): Promise<IncomingMessage[]> {
  const file = join(folder, 'config');
  const cluster = {
    server: `https://localhost:${port}`,
    'certificate-authority-data': Buffer.from(authority).toString('base64'),
    ...parts.cluster,
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user: parts.user ?? {} }],
    contexts: [{ name: 'one', context: { cluster: 'cluster', user: 'user' } }],
  };
  await writeFile(file, JSON.stringify(config));
  const before_ = { ...process.env };
  Object.assign(process.env, env);
  try {
    const target = loadKubeconfig({ file });
    await connectApi(target, { apiAwayMs: 0 }).version.getCode();
    const options: RequestOptions = {};
    await target.kubeConfig.applyToHTTPSOptions(options);
    await new Promise<void>((resolve, reject) => {
      requestTls(`${target.server}/version`, options, (response) => {
        response.resume().on('end', resolve);
      })
        .on('error', reject)
        .end();
    });
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before_);
  }
  return seen;
}

const linesOf = ({ rawHeaders }: IncomingMessage, name: string): string[] =>
  rawHeaders.filter((_, n) => n % 2 === 1 && rawHeaders[n - 1]!.toLowerCase() === name);

async function proxy(to?: number): Promise<{ url: string; asked: string[] }> {
  const made = await startProxy(to === undefined ? to : { port: to });
  closing.push(made.stop);
  return made;
}

describe('a way in', () => {
  it('a token in a file, relative to the kubeconfig, outranks one beside it', async () => {
    await writeFile(join(folder, 'token'), 'from-the-file\n');
    const requests = await ask({ user: { token: 'beside', tokenFile: 'token' } });
    expect(requests.map(({ headers }) => headers.authorization)).to.deep.equal(Array(2).fill('Bearer from-the-file'));
  });

  it('as somebody, with groups, a uid and more, each group on a line of its own', async () => {
    const user = {
      token: 'own',
      as: 'jane',
      'as-groups': ['developers', 'CN=admins,OU=ops'],
      'as-uid': '42',
      'as-user-extra': { 'example.com/scope': ['view', 'edit'] },
    };
    for (const request of await ask({ user })) {
      expect(request.headers).to.include({
        authorization: 'Bearer own',
        'impersonate-user': 'jane',
        'impersonate-uid': '42',
      });
      expect(linesOf(request, 'impersonate-group')).to.deep.equal(['developers', 'CN=admins,OU=ops']);
      expect(linesOf(request, 'impersonate-extra-example.com%2fscope')).to.deep.equal(['view', 'edit']);
    }
  });

  it('groups without a name are refused, as kubectl does', async () => {
    const error = await ask({ user: { 'as-groups': ['one'] } }).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'kubeconfig-invalid' });
  });

  for (const name of ['kubernetes', '192.0.2.7'])
    it(`tls-server-name: the certificate is compared with ${name}`, async () => {
      const cluster = { server: `https://127.0.0.1:${port}`, 'tls-server-name': name };
      expect(await ask({ cluster })).to.have.length(2);
    });

  it('proxy-url: requests and streams go through it', async () => {
    const { url, asked } = await proxy();
    expect(await ask({ cluster: { 'proxy-url': url } })).to.have.length(2);
    expect(asked).to.have.length(2);
  });

  it('HTTPS_PROXY likewise, but not for what NO_PROXY names', async () => {
    const { url, asked } = await proxy(port);
    const cluster = { server: 'https://kubernetes:6443' };
    expect(await ask({ cluster }, { HTTPS_PROXY: url })).to.have.length(2);
    expect(asked).to.deep.equal(['kubernetes:6443', 'kubernetes:6443']);
    await ask({}, { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'localhost' });
    await ask({ cluster: { 'proxy-url': '' } }, { HTTPS_PROXY: 'http://127.0.0.1:1' });
    expect(seen).to.have.length(6);
  });

  describe('inside a pod', () => {
    const account = 'var/run/secrets/kubernetes.io/serviceaccount';
    const variables = { KUBERNETES_SERVICE_HOST: '192.0.2.1', KUBERNETES_SERVICE_PORT: '443' };
    beforeEach(async () => {
      await mkdir(join(folder, account), { recursive: true });
      await writeFile(join(folder, account, 'token'), 'of-the-pod');
      await writeFile(join(folder, account, 'ca.crt'), authority);
    });
    const load = (env: Record<string, string>): Target =>
      loadKubeconfig({ env: { HOME: folder, ...variables, ...env }, root: folder });

    it('without a kubeconfig: its service account', async () => {
      expect(load({})).to.include({ server: 'https://192.0.2.1:443', source: 'the service account of this pod' });
      expect(load({ KUBERNETES_SERVICE_HOST: '2001:db8::1' })).to.include({ server: 'https://[2001:db8::1]:443' });
      expect(load({ KUBERNETES_SERVICE_PORT: '8080' })).to.include({ server: 'https://192.0.2.1:8080' });
    });

    it('its token and its authority are used', async () => {
      const target = load({ KUBERNETES_SERVICE_HOST: 'localhost', KUBERNETES_SERVICE_PORT: `${port}` });
      await connectApi(target, { apiAwayMs: 0 }).version.getCode();
      expect(seen.map(({ headers }) => headers.authorization)).to.deep.equal(['Bearer of-the-pod']);
    });

    it('likewise where KUBECONFIG names files that are missing or empty, as kubectl does', async () => {
      await writeFile(join(folder, 'empty'), '');
      const empty = join(folder, 'empty');
      for (const KUBECONFIG of [join(folder, 'missing'), empty, `${join(folder, 'missing')}:${empty}`])
        expect(load({ KUBECONFIG }).source, KUBECONFIG).to.equal('the service account of this pod');
    });

    it('but not where a file or a context is asked for, and not without its port', () => {
      const env = { HOME: folder, ...variables };
      const refused = (options: object): string => {
        try {
          return loadKubeconfig({ env, root: folder, ...options }).source;
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
      expect(refused({ file: join(folder, 'missing') })).to.equal('kubeconfig-not-found');
      expect(refused({ context: 'other' })).to.equal('context-unknown');
      expect(refused({ env: { ...env, KUBERNETES_SERVICE_PORT: '' } })).to.equal('kubeconfig-not-found');
      expect(refused({ env: { ...env, HTTPS_PROXY: 'ftp://proxy.example' } })).to.equal('proxy-invalid');
    });
  });
});
