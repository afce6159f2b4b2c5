/** Services of the run: a request a pod and one a Service. */
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import type { V1Service } from '@kubernetes/client-node';
import { connectApi, type Api } from '../../../../lib/cluster/api/api.ts';
import { changePodsBehind, createServices } from '../../../../lib/cluster/namespace/services.ts';
import type { OnNote } from '../../../../lib/cluster/model.ts';
import { rejection, startFakeApi, status, type FakeAnswer, type FakeApi, type FakeRequest } from '../fake-api.ts';

interface Patched {
  name: string;
  body: { metadata: { labels: Record<string, string> } };
}

function serverOf(spec: Partial<V1Service['spec']>): { api: Api; patched: Patched[]; made: V1Service[] } {
  const patched: Patched[] = [];
  const made: V1Service[] = [];
  const core = {
    patchNamespacedPod: async (one: Patched) => void patched.push(one),
    createNamespacedService: async ({ body }: { body: V1Service }) => {
      made.push(body);
      return { spec: Object.assign({}, body.spec, spec) };
    },
  };
  return { api: { core } as unknown as Api, patched, made };
}

describe('a Service of the run', () => {
  it('selects its pods by a label of its own, in every family that the cluster has', async () => {
    const { api, patched, made } = serverOf({ clusterIP: '198.19.0.7', clusterIPs: ['198.19.0.7', '2001:2:0:f::7'] });
    const [one, both] = await createServices(api, {
      namespace: 'flatnet-x',
      services: [
        { name: 'one', pods: ['a'], targetPort: 8080, type: 'ClusterIP' },
        { name: 'both', pods: ['a', 'b'], targetPort: 8080, type: 'ClusterIP', ports: [1, 2] },
      ],
    });
    expect(patched.map(({ name, body }) => [name, Object.keys(body.metadata.labels)])).to.deep.equal([
      ['a', ['kubernetes.io.behind.flatnet/one', 'kubernetes.io.behind.flatnet/both']],
      ['b', ['kubernetes.io.behind.flatnet/both']],
    ]);
    expect(made.map(({ spec }) => spec?.selector)).to.deep.equal([
      { 'kubernetes.io.behind.flatnet/one': '' },
      { 'kubernetes.io.behind.flatnet/both': '' },
    ]);
    expect(made.map(({ spec }) => spec?.ports?.map(({ name, port }) => `${name} ${port}`).join())).to.deep.equal([
      'tcp-8080 8080,udp-8080 8080',
      'tcp-1 1,udp-1 1,tcp-2 2,udp-2 2',
    ]);
    expect(made.every(({ spec }) => spec?.ipFamilyPolicy === 'PreferDualStack')).to.equal(true);
    expect(one?.clusterIPs).to.deep.equal({ IPv4: '198.19.0.7', IPv6: '2001:2:0:f::7' });
    expect(both?.port).to.equal(1);
  });

  it('of a cluster with IPv6 alone has no IPv4 address, and its NodePorts where it was given some', async () => {
    const ports = [{ protocol: 'TCP', port: 8080, nodePort: 30_001 }];
    const { api } = serverOf({ clusterIP: '2001:2:0:f::7', ports });
    const [one] = await createServices(api, {
      namespace: 'flatnet-x',
      services: [{ name: 'one', pods: ['a'], targetPort: 8080, type: 'NodePort' }],
    });
    expect(one?.clusterIPs).to.deep.equal({ IPv6: '2001:2:0:f::7' });
    expect(one?.nodePorts).to.deep.equal({ TCP: 30_001, UDP: null });
  });

  it('says what it is asked to beside that, and nothing of it otherwise', async () => {
    const { api, made } = serverOf({});
    const asks = { internalTrafficPolicy: 'Local', sessionAffinity: 'ClientIP' } as const;
    const plain = { pods: ['a'], targetPort: 8080, type: 'ClusterIP' } as const;
    await createServices(api, {
      namespace: 'flatnet-x',
      services: [
        { name: 'one', ...plain, asks },
        { name: 'two', ...plain },
      ],
    });
    expect(made[0]?.spec).to.include(asks);
    expect(made[1]?.spec).not.to.have.any.keys('internalTrafficPolicy', 'externalTrafficPolicy', 'sessionAffinity');
  });

  it('gets other pods by their labels, one request a pod', async () => {
    const { api, patched } = serverOf({});
    await changePodsBehind(api, { namespace: 'flatnet-x', service: 'one', add: ['b'], remove: ['a'] });
    expect(patched.map(({ name, body }) => [name, body.metadata.labels])).to.deep.equal([
      ['b', { 'kubernetes.io.behind.flatnet/one': '' }],
      ['a', { 'kubernetes.io.behind.flatnet/one': null }],
    ]);
  });
});

describe('a Service of the run whose NodePorts the cluster refuses', () => {
  let fake: FakeApi;
  afterEach(async () => fake.stop());

  const bodyOf = ({ body }: FakeRequest): V1Service => JSON.parse(body) as V1Service;
  const nodePort = {
    name: 'one',
    pods: ['a'],
    targetPort: 8080,
    type: 'NodePort',
    asks: { externalTrafficPolicy: 'Local' },
  } as const;

  /** `refused`: which Services get this answer. */
  async function made(answer: FakeAnswer, refused: (service: V1Service) => boolean) {
    fake = await startFakeApi((request) => {
      if (request.method === 'PATCH') return { json: {} };
      const service = bodyOf(request);
      if (refused(service)) return answer;
      return { status: 201, json: { spec: { ports: service.spec?.ports, clusterIP: '198.19.0.7' } } };
    });
    const notes: Parameters<OnNote>[] = [];
    const services = await createServices(connectApi(fake.target), {
      namespace: 'flatnet-x',
      services: [nodePort],
      onNote: (...note) => void notes.push(note),
    });
    return { services, notes };
  }

  for (const [by, code, words] of [
    ['a webhook', 403, 'admission webhook "ports.example" denied the request: no NodePorts here'],
    [
      'a policy',
      422,
      `services "one" is forbidden: ValidatingAdmissionPolicy 'ports' with binding 'all' denied request: no NodePorts here`,
    ],
    [
      'a quota',
      403,
      'services "one" is forbidden: exceeded quota: ports, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=0',
    ],
  ] as const)
    it(`by ${by}: it is made without them, once, and in which words is told`, async () => {
      const { services, notes } = await made(status(code, words), ({ spec }) => spec?.type === 'NodePort');
      expect(services[0]).to.deep.include({
        clusterIP: '198.19.0.7',
        nodePorts: { TCP: null, UDP: null },
        noNodePorts: words,
      });
      const specs = fake.requests.filter(({ method }) => method === 'POST').map((one) => bodyOf(one).spec);
      expect(specs.map((spec) => spec?.type)).to.deep.equal(['NodePort', 'ClusterIP']);
      // An API server refuses it of a ClusterIP.
      expect(specs.map((spec) => spec?.externalTrafficPolicy)).to.deep.equal(['Local', undefined]);
      expect(notes).to.deep.equal([
        [`NodePorts are not tried: the cluster refused them (${words})`, { kind: 'NodePort refused', why: words }],
      ]);
    });

  it('and every other Service as well: that is an error', async () => {
    const words =
      'services "one" is forbidden: exceeded quota: q, requested: services=1, used: services=0, limited: services=0';
    expect(await rejection(made(status(403, words), () => true))).to.include({
      code: 'admission-refused',
      detail: words,
    });
  });

  it('is not made at all where the permission is missing', async () => {
    const words =
      'services is forbidden: User "eve" cannot create resource "services" in API group "" in the namespace "flatnet-x"';
    expect(await rejection(made(status(403, words), () => true))).to.have.property('code', 'permission-missing');
    expect(fake.requests.filter(({ method }) => method === 'POST')).to.have.length(1);
  });
});
