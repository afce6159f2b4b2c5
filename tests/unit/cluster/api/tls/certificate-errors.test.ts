/** Real TLS servers on loopback, each with something wrong about a certificate. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as plainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { connectApi } from '../../../../../lib/cluster/api/api.ts';
import { certificateError } from '../../../../../lib/cluster/api/tls/certificate-errors.ts';
import { ClusterError, serverUnreachable } from '../../../../../lib/cluster/api/errors.ts';
import { openssl, type Pair } from './certificates.ts';
import { rejection } from '../../fake-api.ts';

interface Named {
  /** certificate-authority-data; left out: none. */
  trusts?: Pair;
  user?: Pair;
  tlsServerName?: string;
}

describe('a TLS connection that fails', function () {
  this.timeout(60_000);
  let made: Awaited<ReturnType<typeof openssl>>;
  let ours: Pair;
  let others: Pair;
  let good: Pair;
  let ends: (() => unknown)[] = [];

  before('certificates are made', async () => {
    made = await openssl();
    [ours, others] = await Promise.all([made.authority('ours'), made.authority('others')]);
    good = await made.certificate('ours', 'good');
  });
  afterEach(() => {
    for (const end of ends) end();
    ends = [];
  });
  after(() => made.remove());

  async function serve({ cert, key }: Pair): Promise<string> {
    return listening(createServer({ cert, key }, (_, response) => answer(response)));
  }

  async function listening(server: Server & { closeAllConnections: () => void }): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Refuses by an alert, as Go's and OpenSSL's servers do; Node's only closes the connection. */
  async function serveKnownOnly(version: string): Promise<string> {
    const args = ['-accept', '127.0.0.1:0', '-cert', 'good.crt', '-key', 'good.key', '-CAfile', 'ours.crt', '-www'];
    const child = spawn('openssl', ['s_server', ...args, '-Verify', '1', '-verify_return_error', version], {
      cwd: made.folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    ends.push(() => child.kill());
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      const port = /ACCEPT \S+:(\d+)/.exec(said)?.[1];
      if (port !== undefined) return `https://127.0.0.1:${port}`;
    }
    throw new Error(`openssl s_server ended: ${said}`);
  }

  function api(server: string, { trusts, user, tlsServerName }: Named) {
    const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      {
        name: 'cluster',
        server,
        skipTLSVerify: false,
        ...(trusts && { caData: base64(trusts.cert) }),
        ...(tlsServerName !== undefined && { tlsServerName }),
      },
      { name: 'user', ...(user && { certData: base64(user.cert), keyData: base64(user.key) }) },
    );
    return connectApi({ kubeConfig, source: 'kubeconfig', context: 'loaded-context', server });
  }

  async function failure(server: string, named: Named): Promise<ClusterError> {
    const error = await rejection(api(server, named).version.getCode());
    expect(error).to.be.instanceOf(ClusterError);
    expect((error as ClusterError).message).to.match(/^\S[^\n]*\.$/);
    return error as ClusterError;
  }

  it('does not when all is well', async () => {
    expect(await api(await serve(good), { trusts: ours }).version.getCode()).to.have.property('gitVersion', 'v1');
  });

  it('for a wrong CA names certificate-authority-data', async () => {
    const server = await serve(good);
    for (const named of [{ trusts: others }, {}]) {
      const { code, message, remedy } = await failure(server, named);
      expect(code).to.equal('server-certificate-untrusted');
      expect(message).to.include(server).and.include('(UNABLE_TO_VERIFY_LEAF_SIGNATURE)');
      expect(remedy).to.include('certificate-authority-data').and.not.include('VPN');
    }
  });

  it('for a certificate that signs itself, alone or in a chain, as well', async () => {
    const chain = { cert: good.cert + ours.cert, key: good.key };
    for (const [pair, named] of [
      [ours, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      [chain, 'SELF_SIGNED_CERT_IN_CHAIN'],
    ] as const) {
      const { code, message } = await failure(await serve(pair), { trusts: others });
      expect(code).to.equal('server-certificate-untrusted');
      expect(message).to.include(`(${named})`);
    }
  });

  it('for an expired certificate says so, and what the clock says', async () => {
    const server = await serve(await made.certificate('ours', 'expired', { until: '2021' }));
    const { code, remedy } = await failure(server, { trusts: ours });
    expect(code).to.equal('server-certificate-expired');
    expect(remedy).to.include('clock').and.include(new Date().toISOString().slice(0, 10));
  });

  it('for one that is not valid yet blames a clock', async () => {
    const server = await serve(await made.certificate('ours', 'early', { from: '2090' }));
    const { code, remedy } = await failure(server, { trusts: ours });
    expect(code).to.equal('server-certificate-not-yet-valid');
    expect(remedy).to.include('clock');
  });

  it('for a certificate of another name says which names it has; tls-server-name helps', async () => {
    const server = await serve(await made.certificate('ours', 'named', { names: 'DNS:kubernetes,DNS:api.example' }));
    const { code, message, remedy } = await failure(server, { trusts: ours });
    expect(code).to.equal('server-certificate-other-name');
    expect(message).to.include('DNS:kubernetes, DNS:api.example');
    expect(remedy).to.include('tls-server-name');
    const helped = api(server, { trusts: ours, tlsServerName: 'kubernetes' });
    expect(await helped.version.getCode()).to.have.property('gitVersion', 'v1');
  });

  for (const version of ['-tls1_2', '-tls1_3'])
    it(`because the client's certificate is refused says why (${version})`, async () => {
      const server = await serveKnownOnly(version);
      const stranger = await made.certificate('others', `stranger${version}`);
      const expired = await made.certificate('ours', `expired${version}`, { until: '2021' });
      for (const [user, alert] of [
        [stranger, 'alert unknown ca'],
        [expired, 'alert certificate expired'],
      ] as const) {
        const { code, message, remedy } = await failure(server, { trusts: ours, user });
        expect(code, message).to.equal('client-certificate-refused');
        expect(message).to.include(alert);
        expect(remedy).to.include('client-certificate-data');
      }
    });

  it('because the client has no certificate says so', async () => {
    const newer = await failure(await serveKnownOnly('-tls1_3'), { trusts: ours });
    expect(newer).to.have.property('code', 'client-certificate-refused');
    expect(newer.message).to.include('certificate required');
    // Before TLS 1.3 there was no word for it.
    const older = await failure(await serveKnownOnly('-tls1_2'), { trusts: ours });
    expect(older).to.have.property('code', 'tls-failed');
    expect(older.remedy).to.include('client certificate');
  });

  it('because the key is another certificate’s, or is none, says that of the kubeconfig', async () => {
    const server = await serve(good);
    const swapped = { cert: good.cert, key: ours.key };
    const broken = { cert: 'nonsense', key: 'nonsense' };
    for (const user of [swapped, broken])
      expect(await failure(server, { trusts: ours, user })).to.have.property('code', 'client-certificate-unusable');
  });

  it('because nobody there knows TLS says so', async () => {
    const server = await listening(plainServer((_, response) => answer(response)));
    const { code, message } = await failure(server, { trusts: ours });
    expect(code, message).to.equal('tls-failed');
  });

  it('for no reason of TLS stays what it was', () => {
    for (const error of [
      new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }),
      serverUnreachable('https://192.0.2.1', { why: '', elapsedMs: 0, attempts: 1, doing: '' }),
      'a text',
      null,
    ])
      expect(certificateError('https://192.0.2.1', error)).to.equal(null);
  });
});

function answer(response: {
  setHeader: (name: string, value: string) => unknown;
  end: (text: string) => unknown;
}): void {
  response.setHeader('content-type', 'application/json');
  response.end('{"gitVersion":"v1"}');
}
