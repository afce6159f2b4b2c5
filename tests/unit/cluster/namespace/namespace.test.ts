import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { createNamespace, type RunNamespace } from '../../../../lib/cluster/namespace/namespace.ts';
import { removeNamespace } from '../../../../lib/cluster/namespace/removal.ts';
import { composeRun } from '../../../../lib/verdict/compose-run.ts';
import { healthy } from '../../report/sample-runs.ts';
import { until } from '../../until.ts';
import { rejection, startFakeApi, status, type FakeAnswer, type FakeApi, type FakeRequest } from '../fake-api.ts';

describe('a run’s namespace', function () {
  this.timeout(60_000);
  let fake: FakeApi | undefined;
  const made: RunNamespace[] = [];
  afterEach(async () => {
    // Otherwise its sign of life is renewed until the process ends, of a server that is gone.
    for (const one of made.splice(0)) await one.keep();
    await fake?.stop();
  });
  const start = async (answer: (request: FakeRequest) => FakeAnswer) =>
    connectApi((fake = await startFakeApi(answer)).target);
  const create: typeof createNamespace = async (...args) => {
    const namespace = await createNamespace(...args);
    made.push(namespace);
    return namespace;
  };

  it('says whose it is, and asks for what the probes need', async () => {
    const api = await start(() => ({ status: 201, json: {} }));
    const namespace = await create(api, { runId: '1234' });
    expect(namespace.name).to.equal('flatnet-1234');
    const { metadata } = JSON.parse(fake?.requests[0]?.body ?? '') as {
      metadata: { labels: object; annotations: object };
    };
    expect(metadata.labels).to.include({
      'app.kubernetes.io/managed-by': 'flatnet',
      'flatnet/run': '1234',
      'pod-security.kubernetes.io/enforce': 'privileged',
    });
    expect(metadata.annotations).to.include.keys('flatnet/owner', 'flatnet/alive-until');
  });

  it('may be a second one of the same run', async () => {
    const api = await start(() => ({ status: 201, json: {} }));
    const namespace = await create(api, { runId: '1234', suffix: 'guests' });
    const { metadata } = JSON.parse(fake?.requests[0]?.body ?? '') as { metadata: { name: string; labels: object } };
    expect([namespace.name, metadata.name]).to.deep.equal(['flatnet-1234-guests', 'flatnet-1234-guests']);
    expect(metadata.labels).to.include({ 'flatnet/run': '1234' });
  });

  it('asks service meshes to stay away, each where it looks', async () => {
    const api = await start(() => ({ status: 201, json: {} }));
    await create(api, { runId: '1234' });
    const { metadata } = JSON.parse(fake?.requests[0]?.body ?? '') as {
      metadata: { labels: object; annotations: object };
    };
    expect(metadata.labels).to.include({ 'istio-injection': 'disabled' });
    expect(metadata.annotations).to.include({ 'linkerd.io/inject': 'disabled' });
  });

  for (const [what, removal] of [
    ['is there', { json: {} }],
    ['is not there', status(404, 'not found')],
  ] as const) {
    it(`is asked to go when nobody answers whether it was made, and ${what}`, async () => {
      fake = await startFakeApi(({ method }) => (method === 'POST' ? { hang: true } : removal));
      const api = connectApi(fake.target, { requestDeadlineMs: 3_000 });
      const error = await rejection(createNamespace(api, { runId: '1234' }));
      expect(error).to.have.property('code', 'server-unreachable');
      expect(error).to.have.property('message').that.does.not.contain('may have been created');
      expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        'POST /api/v1/namespaces',
        'DELETE /api/v1/namespaces/flatnet-1234',
      ]);
    });
  }

  it('may be left when it can’t be asked to go either: then the command that removes it is told', async () => {
    const api = await start(({ method }) => (method === 'POST' ? status(504, 'timed out') : status(403, 'no')));
    const error = await rejection(createNamespace(api, { runId: '1234' }));
    expect(error).to.include({ code: 'api-refused', status: 504 });
    expect(error).to.have.property('message').that.contains('flatnet-1234 may have been created anyway');
    expect(error).to.have.property('remedy').that.contains('delete namespace flatnet-1234');
  });

  it('names the policy that refused it', async () => {
    const api = await start(() => status(400, 'admission webhook "policy.example" denied the request: no'));
    const error = await rejection(createNamespace(api, { runId: '1234' }));
    expect(error).to.have.property('code', 'namespace-refused');
    expect(error).to.have.property('message').that.contains('flatnet-1234').and.contains('policy.example');
  });

  it('is marked as kept, and the command that removes it is told', async () => {
    const api = await start(() => ({ status: 201, json: {} }));
    const command = await (await createNamespace(api, { runId: '1234' })).keep();
    expect(command).to.equal(
      'kubectl --kubeconfig /tmp/kubeconfig --context loaded-context delete namespace flatnet-1234',
    );
    expect(fake?.requests.at(-1)).to.include({
      method: 'PATCH',
      body: '{"metadata":{"labels":{"flatnet/keep":"true"}}}',
    });
  });

  it('gives signs of life until it is removed: one under way is broken off, none follows', async () => {
    const api = await start(({ method }) => {
      if (method === 'PATCH') return { hang: true };
      return method === 'DELETE' ? status(404, 'not found') : { status: 201, json: {} };
    });
    const renewals = () => fake!.requests.filter(({ method }) => method === 'PATCH').length;
    const namespace = await createNamespace(api, { runId: '1234', renewEveryMs: 50 });
    await until('signs of life', () => renewals() >= 2);
    expect(await namespace.remove()).to.include({ gone: true });
    await until('the end of what was asked', () => fake!.underWay() === 0);
    const given = renewals();
    await sleep(200);
    expect(renewals()).to.equal(given);
  });

  it('is asked to go first, then its pods are stopped, and it is seen gone', async () => {
    const api = await start(({ method, url }) => {
      if (method === 'DELETE') return { json: {} };
      if (!url.includes('watch=true'))
        return { json: { metadata: { resourceVersion: '7' }, status: { phase: 'Terminating' } } };
      return { stream: (write) => void setTimeout(() => write({ type: 'DELETED', object: {} }), 100) };
    });
    expect(await removeNamespace(api, { name: 'flatnet-1' })).to.include({ gone: true, remains: null });
    expect(fake?.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).to.deep.equal([
      '/api/v1/namespaces/flatnet-1',
      '/apis/apps/v1/namespaces/flatnet-1/daemonsets',
      '/api/v1/namespaces/flatnet-1/pods',
    ]);
  });

  it('counts as gone when it is not there', async () => {
    const api = await start(() => status(404, 'namespaces "flatnet-1" not found'));
    expect(await removeNamespace(api, { name: 'flatnet-1' })).to.include({ gone: true });
  });

  it('is removed when the API server comes back, however long a single request is repeated', async () => {
    const first = await startFakeApi(() => ({ json: {} }));
    const api = connectApi(first.target, { apiAwayMs: 200 });
    await api.version.getCode();
    await first.stop();
    const removal = removeNamespace(api, { name: 'flatnet-1', deadlineMs: 30_000 });
    await sleep(1_000);
    fake = await startFakeApi(() => status(404, 'not found'), { port: first.port });
    expect(await removal).to.include({ gone: true, remains: null });
  });

  it('is given up when the deadline passes, with what was last seen, what is left, and the command; nothing is asked any more', async () => {
    const api = await start(({ path, method, url }) => {
      if (method === 'DELETE') return path.endsWith('/pods') ? { hang: true } : { json: {} };
      if (method === 'GET' && path.endsWith('/pods'))
        return { json: { metadata: {}, items: [{ spec: { nodeName: 'node-2' } }] } };
      if (url.includes('watch=true')) return { stream: () => {} };
      return {
        json: {
          metadata: {},
          status: {
            phase: 'Terminating',
            conditions: [{ type: 'x', status: 'True', message: 'Some resources are remaining' }],
          },
        },
      };
    });
    const started = performance.now();
    const removal = await removeNamespace(api, { name: 'flatnet-1', deadlineMs: 5_000 });
    // Timers round down.
    expect(performance.now() - started).to.be.at.least(4_950);
    await until('the end of what was asked', () => fake!.underWay() === 0);
    expect(removal.gone).to.equal(false);
    expect(removal.remains)
      .to.contain('Terminating: Some resources are remaining')
      .and.contain('1 pods left, on node-2')
      .and.contain('kubectl');
  });

  it('that can’t be finalised, since an APIService has no Service behind it, is given up in time, in the words of the namespace controller', async () => {
    const message =
      'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: stats.example/v1: stale GroupVersion discovery: stats.example/v1';
    const conditions = [
      { type: 'NamespaceDeletionDiscoveryFailure', status: 'True', reason: 'DiscoveryFailed', message },
      {
        type: 'NamespaceDeletionContentFailure',
        status: 'False',
        reason: 'ContentDeleted',
        message: 'All content successfully deleted, may be waiting on finalization',
      },
    ];
    const api = await start(({ path, method, url }) => {
      if (method === 'DELETE' || path.endsWith('/pods')) return { json: { metadata: {}, items: [] } };
      const namespace = { metadata: { resourceVersion: '7' }, status: { phase: 'Terminating', conditions } };
      return url.includes('watch=true')
        ? { stream: (write) => write({ type: 'MODIFIED', object: namespace }) }
        : { json: namespace };
    });
    const started = performance.now();
    const removal = await removeNamespace(api, { name: 'flatnet-1', heldUpMs: 500 });
    // Not waited out: nothing else is left.
    expect(performance.now() - started).to.be.below(10_000);
    expect(removal.gone).to.equal(false);
    expect(removal.remains)
      .to.match(/^The namespace flatnet-1 is still there after \d+ s \(Terminating: /)
      .and.contain(`Terminating: ${message};`)
      .and.contain('kubectl --kubeconfig /tmp/kubeconfig --context loaded-context get apiservices');
    expect(removal.remains).to.not.match(/All content|pods left|delete namespace/);
    // What a run can't remove is told as a note: of that no verdict is made, and no exit code.
    const told = (notes: string[]) => {
      const { exitCode, verdict, ...run } = composeRun({ ...healthy(), remarkable: [], unchecked: [], notes });
      return { exitCode, verdict, summary: run.summary };
    };
    expect(told([removal.remains ?? ''])).to.deep.equal(told([]));
    expect(told([]).exitCode).to.equal(0);
  });
});
