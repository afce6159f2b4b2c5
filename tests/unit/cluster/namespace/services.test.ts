/** Services of the run: a request a pod and one a Service. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { V1Service } from '@kubernetes/client-node';
import type { Api } from '../../../../lib/cluster/api/api.ts';
import { changePodsBehind, createServices } from '../../../../lib/cluster/namespace/services.ts';

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
