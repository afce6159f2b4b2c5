import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import type { Extras } from '../../../../lib/cluster/model.ts';
import { preflight } from '../../../../lib/cluster/survey/preflight.ts';
import { rejection, startFakeApi, status, type FakeAnswer, type FakeApi, type FakeRequest } from '../fake-api.ts';
import { nodeObject } from '../fake-cluster.ts';

interface Attributes {
  verb: string;
  resource: string;
  subresource?: string;
  namespace?: string;
}

interface Rule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
}

/** An API server that allows what `allows` says, and lists these rules. */
function cluster({
  nodes = [nodeObject('node-1')],
  allows = () => true,
  rules,
}: {
  nodes?: unknown[];
  allows?: (asked: Attributes) => boolean;
  rules?: Rule[];
}) {
  return ({ path, body }: FakeRequest): FakeAnswer => {
    if (path.startsWith('/version')) return { json: { gitVersion: 'v1.37.2' } };
    if (path === '/api/v1/nodes')
      return allows({ verb: 'list', resource: 'nodes' })
        ? { json: { metadata: {}, items: nodes } }
        : status(403, 'nodes is forbidden');
    if (path.endsWith('/selfsubjectreviews')) return { json: { status: { userInfo: { username: 'eve' } } } };
    if (path.endsWith('/selfsubjectrulesreviews') && rules !== undefined)
      return {
        status: 201,
        json: { spec: {}, status: { resourceRules: rules, nonResourceRules: [], incomplete: true } },
      };
    if (path.endsWith('/selfsubjectaccessreviews')) {
      const asked = (JSON.parse(body) as { spec: { resourceAttributes: Attributes } }).spec.resourceAttributes;
      return { status: 201, json: { spec: {}, status: { allowed: allows(asked) } } };
    }
    return status(404, 'no such path');
  };
}

describe('preflight', () => {
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());
  const check = async (answer: (request: FakeRequest) => FakeAnswer, extras: Extras = new Map()) => {
    await fake?.stop();
    fake = await startFakeApi(answer);
    return preflight(connectApi(fake.target), { namespace: 'flatnet-1', extras });
  };

  it('gives version and nodes, in the order of their numbers, and creates nothing', async () => {
    const found = await check(cluster({ nodes: [nodeObject('node-10'), nodeObject('node-2')] }));
    expect(found.version).to.equal('v1.37.2');
    expect(found.nodes.map(({ name }) => name)).to.deep.equal(['node-2', 'node-10']);
    expect(found.notes).to.deep.equal([]);
    expect(fake?.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('review'))).to.deep.equal([]);
  });

  it('asks one by one only for what no rule gives', async () => {
    const asked = async (...rules: Rule[]): Promise<number> => {
      await check(cluster({ rules }));
      return fake!.requests.filter(({ path }) => path.endsWith('/selfsubjectaccessreviews')).length;
    };
    const all = await asked();
    const core = { apiGroups: [''], verbs: ['*'] };
    expect(await asked({ ...core, apiGroups: ['*'], resources: ['*'] })).to.equal(0);
    expect(await asked({ ...core, resources: ['namespaces'] })).to.equal(all - 6);
    expect(await asked({ ...core, resources: ['namespaces'], verbs: ['get', 'list'] })).to.equal(all - 2);
    expect(await asked({ ...core, resources: ['*/exec'] })).to.equal(all - 2);
    expect(await asked({ ...core, resources: ['pods'], verbs: ['get', 'create'] })).to.equal(all);
    expect(await asked({ ...core, resources: ['nodes'], resourceNames: ['node-1'] })).to.equal(all);
    expect(await asked({ ...core, resources: ['daemonsets'] })).to.equal(all);
  });

  it('names every missing permission, and who misses it', async () => {
    const error = await rejection(
      check(cluster({ allows: ({ resource, subresource }) => resource !== 'namespaces' && subresource !== 'exec' })),
    );
    expect(error).to.have.property('code', 'permission-missing');
    expect(error).to.have.property(
      'message',
      'User "eve" may not create namespaces; delete namespaces; get namespaces; list namespaces; watch namespaces; patch namespaces; get pods/exec in its namespace; create pods/exec in its namespace.',
    );
  });

  it('says which options do without, when only Services may not be made', async () => {
    const without = (...resources: string[]) =>
      rejection(
        check(
          cluster({ allows: ({ resource }) => !resources.includes(resource) }),
          new Map([['services', 'with --latency off']]),
        ),
      );
    expect(await without('services'))
      .to.have.property('remedy')
      .that.includes('None of them is needed with --latency off.');
    expect(await without('services', 'configmaps'))
      .to.have.property('remedy')
      .that.does.not.include('--latency');
  });

  it('asks whether NetworkPolicies may be made only where some are', async () => {
    const noPolicies = cluster({ allows: ({ resource }) => resource !== 'networkpolicies' });
    await check(noPolicies);
    const error = await rejection(check(noPolicies, new Map([['policies', 'with --policies off']])));
    expect(error)
      .to.have.property('message')
      .that.includes('create networkpolicies.networking.k8s.io in its namespace');
    expect(error).to.have.property('remedy').that.includes('None of them is needed with --policies off.');
  });

  it('names the permission, not the refused list, when nodes may not be listed', async () => {
    const error = await rejection(check(cluster({ allows: ({ resource }) => resource !== 'nodes' })));
    expect(error).to.have.property('message', 'User "eve" may not list nodes.');
  });

  it('goes on with a note when only events may not be listed', async () => {
    const { notes } = await check(cluster({ allows: ({ resource }) => resource !== 'events' }));
    expect(notes).to.have.length(1);
    expect(notes[0]).to.contain('list events');
  });

  it('refuses a cluster without a Ready node, and says why each is none', async () => {
    const nodes = [
      nodeObject('a', { ready: false }),
      nodeObject('b', { os: 'windows' }),
      nodeObject('c', { labels: { type: 'virtual-kubelet' } }),
    ];
    const error = await rejection(check(cluster({ nodes })));
    expect(error).to.have.property('code', 'no-ready-node');
    expect(error)
      .to.have.property('message')
      .that.contains('a (not Ready: KubeletNotReady), b (runs windows), c (a virtual kubelet');
  });

  it('refuses a cluster without nodes', async () => {
    expect(await rejection(check(cluster({ nodes: [] })))).to.have.property('message', 'The cluster has no nodes.');
  });

  it('does not take a hidden version for an unreachable server', async () => {
    const answer = cluster({});
    const { version } = await check((request) =>
      request.path.startsWith('/version') ? status(403, 'forbidden') : answer(request),
    );
    expect(version).to.equal('unknown');
  });
});
