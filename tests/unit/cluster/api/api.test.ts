import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi, type Api } from '../../../../lib/cluster/api/api.ts';
import { ClusterError } from '../../../../lib/cluster/api/errors.ts';
import { loadKubeconfig } from '../../../../lib/cluster/api/kubeconfig.ts';
import { until } from '../../until.ts';
import { rejection, startFakeApi, status, type FakeAnswer, type FakeApi, type FakeRequest } from '../fake-api.ts';

const emptyList = { json: { kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: [] } };

describe('connectApi', function () {
  this.timeout(60_000);
  let fake: FakeApi | undefined;
  const start = async (answer: (request: FakeRequest) => FakeAnswer): Promise<FakeApi> =>
    (fake = await startFakeApi(answer));
  afterEach(async () => {
    await fake?.stop();
    fake = undefined;
  });

  it('counts every request by its verb', async () => {
    const { target } = await start(() => emptyList);
    const api = connectApi(target);
    await api.core.listNode();
    await api.core.createNamespace({ body: {} });
    api.count('exec');
    expect(api.requests).to.deep.equal({ total: 3, byVerb: { get: 1, post: 1, exec: 1 } });
  });

  it('reuses connections', async () => {
    const { target, connections } = await start(() => emptyList);
    const api = connectApi(target);
    for (let i = 0; i < 5; i++) await api.core.listNode();
    // undici opens a second one when the first is not yet handed back; a client without reuse opens five.
    expect(connections()).to.be.at.most(2);
  });

  it('says which server refuses the connection, at once', async () => {
    const closed = await startFakeApi(() => emptyList);
    await closed.stop();
    const error = await rejection(connectApi(closed.target).version.getCode());
    expect(error).to.be.instanceOf(ClusterError).with.property('code', 'server-unreachable');
    expect(error).to.have.property('message').that.contains(closed.target.server).and.contains('ECONNREFUSED');
    expect(error).to.have.property('message').that.contains('1 attempt.');
  });

  it('gives up on a server that never answers when the deadline passes', async () => {
    const { target, requests } = await start(() => ({ hang: true }));
    const error = await rejection(connectApi(target, { requestDeadlineMs: 1_000 }).version.getCode());
    expect(error).to.have.property('code', 'server-unreachable');
    expect(error)
      .to.have.property('message')
      .that.matches(/no answer after \d+\.\d s and 1 attempt\./);
    // None where this machine stood still for as long.
    expect(requests.length).to.be.at.most(1);
  });

  it('waits longer for what admission webhooks may hold up', async () => {
    const { target } = await start(({ method }) => (method === 'POST' ? { ...emptyList, afterMs: 3_500 } : emptyList));
    const api = connectApi(target, { requestDeadlineMs: 3_000 });
    await api.version.getCode();
    await api.core.createNamespace({ body: {} });
  });

  for (const group of ['crd.projectcalico.org', 'metrics.k8s.io', 'custom.metrics.k8s.io', 'policy.networking.k8s.io'])
    it(`does not take ${group}, which others may serve, for the API server when it is not available`, async () => {
      const notes: string[] = [];
      const { target, requests } = await start(({ path }) =>
        path.startsWith('/apis/') ? status(503, 'the server is currently unable to handle the request') : emptyList,
      );
      const api = connectApi(target, { onNote: (text) => void notes.push(text) });
      await api.version.getCode();
      const asked = { group, version: 'v1', plural: 'things' };
      expect(await rejection(api.custom.listClusterCustomObject(asked))).to.have.property('code', 'api-refused');
      expect(requests).to.have.length(2);
      expect(notes).to.deep.equal([]);
    });

  for (const group of ['apps', 'networking.k8s.io', 'rbac.authorization.k8s.io'])
    it(`takes ${group} for the API server’s own`, async () => {
      let asked = 0;
      const { target } = await start(({ path }) =>
        path.startsWith('/apis/') && asked++ === 0 ? status(503, 'not now') : emptyList,
      );
      const api = connectApi(target);
      await api.version.getCode();
      await api.custom.listClusterCustomObject({ group, version: 'v1', plural: 'things' });
      expect(asked).to.equal(2);
    });

  it('goes by the server’s clock', async () => {
    const late = new Date(Date.now() - 20 * 60_000).toUTCString();
    const { target } = await start(() => ({ ...emptyList, headers: { date: late } }));
    const api = connectApi(target);
    await api.version.getCode();
    expect(Date.now() - api.now()).to.be.within(19 * 60_000, 21 * 60_000);
  });

  it('tells an answer of 401 and one of 403 apart, in the words of the server', async () => {
    const { target } = await start(({ path }) =>
      path.startsWith('/version')
        ? status(401, 'Unauthorized')
        : status(403, 'nodes is forbidden: User "eve" cannot list resource "nodes"'),
    );
    const api = connectApi(target);
    expect(await rejection(api.version.getCode())).to.include({ code: 'unauthorised', status: 401 });
    const error = await rejection(api.core.listNode());
    expect(error).to.include({ code: 'permission-missing', status: 403 });
    expect(error).to.have.property('message').that.contains('User "eve" cannot list');
  });

  it('repeats a request after 429, no sooner than the server says', async () => {
    let asked = 0;
    const { target } = await start(() =>
      asked++ === 0 ? { status: 429, headers: { 'retry-after': '1' } } : emptyList,
    );
    const started = performance.now();
    await connectApi(target).core.listNode();
    expect(performance.now() - started).to.be.at.least(950);
    expect(asked).to.equal(2);
  });

  it('waits for an API server that is away for a while, and says so once', async () => {
    const first = await start(() => emptyList);
    const notes: string[] = [];
    const api = connectApi(first.target, { onNote: (note) => notes.push(note) });
    await api.core.listNode();
    await first.stop();
    const answer = api.core.listNode();
    await sleep(700);
    fake = await startFakeApi(() => emptyList, { port: first.port });
    expect((await answer).items).to.deep.equal([]);
    expect(notes).to.have.length(1);
    expect(notes[0]).to.contain('does not answer');
  });

  it('does not wait longer than it was told to', async () => {
    const first = await start(() => emptyList);
    const api = connectApi(first.target, { apiAwayMs: 400 });
    await api.core.listNode();
    await first.stop();
    fake = undefined;
    expect(await rejection(api.core.listNode())).to.have.property('code', 'server-unreachable');
  });

  it('ends what is under way, or waits to be repeated, with the work that it belongs to', async () => {
    let asked: 'once' | 'again' = 'once';
    const { target, requests, underWay } = await start(({ method }) =>
      asked === 'once' ? emptyList : method === 'POST' ? { hang: true } : status(503, 'not now'),
    );
    const over = new AbortController();
    const all = connectApi(target, { apiAwayMs: 600_000 });
    const api = all.until(over.signal);
    await api.core.listNode();
    asked = 'again';
    const ended = Promise.all([
      rejection(api.core.listNode()),
      rejection(api.core.createNamespace({ body: {} })),
      rejection(all.until(over.signal).until(new AbortController().signal).version.getCode()),
    ]);
    await until('a repetition', () => requests.length >= 6);
    over.abort();
    for (const error of await ended) expect(error).to.have.property('code', 'server-unreachable');
    await until('the end of all', () => underWay() === 0);
    asked = 'once';
    expect((await all.core.listNode()).items).to.deep.equal([]);
    expect(all.requests.total).to.be.at.least(requests.length);
  });

  it('ends a watch with the work that it belongs to', async () => {
    const { target, underWay } = await start(() => ({
      stream: (write) => write({ type: 'ADDED', object: { n: 1 } }),
    }));
    const over = new AbortController();
    const api = connectApi(target).until(over.signal);
    for await (const _ of api.watch('/api/v1/namespaces', { deadlineMs: 600_000 })) over.abort();
    await until('its end', () => underWay() === 0);
  });

  it('repeats a GET that met 503, never a POST', async () => {
    let sick = true;
    const { target, requests } = await start(({ method }) => {
      if (method === 'POST') return status(503, 'not now');
      sick = !sick;
      return sick ? emptyList : status(503, 'not now');
    });
    const api = connectApi(target);
    await api.core.listNode();
    expect(await rejection(api.core.createNamespace({ body: {} }))).to.include({ code: 'api-refused', status: 503 });
    expect(requests.map(({ method }) => method)).to.deep.equal(['GET', 'GET', 'POST']);
  });

  it('yields the events of a watch however they were cut, and ends when the server does', async () => {
    const { target } = await start(() => ({
      stream: (write, response) => {
        write({ type: 'ADDED', object: { n: 1 } });
        response.write('{"type":"MODI');
        setTimeout(() => response.end('FIED","object":{"n":2}}\n'), 50);
      },
    }));
    const seen: unknown[] = [];
    for await (const event of connectApi(target).watch('/api/v1/namespaces', { deadlineMs: 5_000 })) seen.push(event);
    expect(seen).to.deep.equal([
      { type: 'ADDED', object: { n: 1 } },
      { type: 'MODIFIED', object: { n: 2 } },
    ]);
  });

  it('ends a watch that nothing happens on when its deadline passes', async () => {
    const { target } = await start(() => ({ stream: () => {} }));
    const api = connectApi(target);
    const started = performance.now();
    for await (const _ of api.watch('/api/v1/namespaces', { deadlineMs: 200 }))
      throw new Error('an event out of nothing');
    expect(performance.now() - started).to.be.within(150, 10_000);
    expect(api.requests.byVerb).to.deep.equal({ watch: 1 });
  });

  const withPlugin = (server: string, folder: string, exec: Record<string, unknown>): Api => {
    const config = {
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', ...exec } } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    };
    writeFileSync(join(folder, 'config'), JSON.stringify(config));
    return connectApi(loadKubeconfig({ file: join(folder, 'config') }));
  };

  it('asks an exec plugin for a token once, by a path relative to the kubeconfig', async () => {
    const { target, requests } = await start(() => emptyList);
    const folder = mkdtempSync(join(tmpdir(), 'flatnet-test-'));
    try {
      const plugin = join(folder, 'plugin.sh');
      const credential = '{"kind":"ExecCredential","status":{"token":"t'.concat('$(wc -l < "$0.log")"}}');
      writeFileSync(plugin, `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> "$0.log"\ncat <<END\n${credential}\nEND\n`);
      chmodSync(plugin, 0o755);
      const api = withPlugin(target.server, folder, { command: './plugin.sh', args: [] });
      await api.core.listNode();
      await api.core.listNode();
      expect(requests.map(({ headers }) => headers.authorization?.replace(/\s+/g, ' '))).to.deep.equal([
        'Bearer t1',
        'Bearer t1',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says what an exec plugin said when it fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flatnet-test-'));
    try {
      const args = ['-c', 'echo token expired, log in >&2; exit 1'];
      const api = withPlugin('http://127.0.0.1:9', folder, { command: 'sh', args });
      const error = await rejection(api.version.getCode());
      expect(error).to.have.property('code', 'credentials-failed');
      expect(error).to.have.property('message').that.contains('token expired, log in');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
