import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../lib/cluster/api.ts';
import { detectCni } from '../../../lib/cluster/cni.ts';
import { nodeFacts, podOwners } from '../../../lib/cluster/nodes.ts';
import { modeIn } from '../../../lib/cluster/proxy-mode.ts';
import { rangesIn } from '../../../lib/cluster/service-ranges.ts';
import { surveyCluster } from '../../../lib/cluster/survey.ts';
import { startFakeApi, status, type FakeAnswer, type FakeApi, type FakeRequest } from './fake-api.ts';
import { nodeObject, podObject } from './fake-cluster.ts';

describe('surveyCluster', () => {
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());
  const survey = async (answers: Record<string, (request: FakeRequest) => FakeAnswer>) => {
    fake = await startFakeApi(
      (request) => answers[request.path]?.(request) ?? status(404, 'the server could not find the requested resource'),
    );
    const rawNodes = [nodeObject('node-1')];
    const notes: string[] = [];
    const found = await surveyCluster(connectApi(fake.target), {
      preflight: { version: 'v1.37.2', rawNodes, nodes: rawNodes.map(nodeFacts), notes: [] },
      onNote: (note) => notes.push(note),
    });
    return { ...found, notes };
  };
  const pods = (...items: unknown[]) => ({ '/api/v1/pods': () => ({ json: { metadata: {}, items } }) });

  it('takes Service ranges from ServiceCIDR objects', async () => {
    const items = [{ metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.96.0.0/12', 'fd00::/108'] } }];
    const { serviceRanges } = await survey({
      ...pods(),
      '/apis/networking.k8s.io/v1/servicecidrs': () => ({ json: { items } }),
    });
    expect(serviceRanges).to.deep.equal([
      { range: '10.96.0.0/12', source: 'ServiceCIDR kubernetes' },
      { range: 'fd00::/108', source: 'ServiceCIDR kubernetes' },
    ]);
  });

  it('asks an older API server for its range by a Service that it must refuse, and creates none', async () => {
    const { serviceRanges } = await survey({
      ...pods(),
      '/api/v1/namespaces/default/services': ({ body }) =>
        body.includes('IPv6')
          ? status(
              422,
              'Service "x" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
            )
          : status(
              422,
              'Service "x" is invalid: spec.clusterIPs: Invalid value: ["192.0.2.1"]: failed to allocate IP 192.0.2.1: the provided IP is not in the valid range. The range of valid IPs is 10.43.0.0/16',
            ),
    });
    expect(serviceRanges).to.deep.equal([{ range: '10.43.0.0/16', source: 'the API server’s own error message' }]);
    expect(
      fake?.requests.filter(({ method }) => method === 'POST').every(({ url }) => url.includes('dryRun=All')),
    ).to.equal(true);
  });

  it('leaves out what may not be read, and says so', async () => {
    const forbidden = () => status(403, 'services is forbidden: User "eve" cannot create resource "services"');
    const found = await survey({
      ...pods(),
      '/api/v1/namespaces/default/services': forbidden,
      '/api/v1/namespaces/kube-system/configmaps/kube-proxy': () => status(403, 'configmaps is forbidden'),
    });
    expect(found).to.deep.include({ serviceRanges: [], proxyModeConfigured: null });
    expect(found.notes.join('\n')).to.contain('User "eve" cannot create').and.contain('ConfigMap may not be read');
  });

  it('reads all pages of pods', async () => {
    const { owners } = await survey({
      '/api/v1/pods': ({ url }) => ({
        json: url.includes('continue=more')
          ? { metadata: {}, items: [podObject('b', { ips: ['10.1.0.6'] })] }
          : { metadata: { continue: 'more' }, items: [podObject('a')] },
      }),
    });
    expect(owners.map(({ name }) => name)).to.deep.equal(['node-1', 'default/a', 'default/b']);
  });

  it('takes pod ranges from the nodes', async () => {
    expect((await survey(pods())).podRanges).to.deep.equal([
      { range: '10.1.0.0/24', node: 'node-1', source: 'node node-1' },
    ]);
  });
});

describe('podOwners', () => {
  it('counts each address of a pod, and no host-network pod, finished pod or pod without one', () => {
    const owners = podOwners([
      podObject('both', { ips: ['10.1.0.5', 'fd00:0:0::5'] }),
      podObject('host', { hostNetwork: true }),
      podObject('done', { phase: 'Succeeded' }),
      podObject('failed', { phase: 'Failed' }),
      podObject('new', { ips: [], phase: 'Pending' }),
    ]);
    expect(owners.map(({ name, address }) => `${name} ${address}`)).to.deep.equal([
      'default/both 10.1.0.5',
      'default/both fd00::5',
    ]);
  });
});

describe('rangesIn', () => {
  it('finds the range in the sentences of several versions', () => {
    expect(
      rangesIn('the provided IP (1.1.1.1) is not in the valid range. The range of valid IPs is 10.0.0.0/16'),
    ).to.deep.equal(['10.0.0.0/16']);
    expect(rangesIn('… The range of valid IPs is fd00:10:96::/112.')).to.deep.equal(['fd00:10:96::/112']);
    expect(rangesIn('services is forbidden')).to.deep.equal([]);
  });
});

describe('modeIn', () => {
  it('reads the mode of a kube-proxy configuration', () => {
    expect(modeIn('kind: KubeProxyConfiguration\nmode: "nftables"\n')).to.equal('nftables');
    expect(modeIn('mode: ipvs')).to.equal('ipvs');
    expect(modeIn('mode: ""\n')).to.equal('default');
    expect(modeIn('conntrack:\n  mode: x\n')).to.equal(null);
  });
});

describe('detectCni', () => {
  for (const [name, owner, image] of [
    ['flannel', 'kube-flannel-ds', 'ghcr.io/flannel-io/flannel:v0.28.0'],
    ['calico', 'calico-node', 'docker.io/calico/node:v3.31.0'],
    ['canal', 'canal', 'docker.io/calico/node:v3.31.0'],
    ['cilium', 'cilium', 'quay.io/cilium/cilium:v1.19.0'],
    ['aws-vpc-cni', 'aws-node', 'registry/amazon-k8s-cni:v1.20'],
    ['kindnet', 'kindnet', 'docker.io/kindest/kindnetd:v2026'],
  ] as const) {
    it(`knows ${name} by its DaemonSet`, () => {
      const found = detectCni([], [podObject('x', { namespace: 'kube-system', owner, image, hostNetwork: true })]);
      expect(found).to.deep.equal({ name, evidence: `DaemonSet kube-system/${owner}, image ${image}` });
    });
  }

  it('knows a plugin without pods by what it writes on nodes', () => {
    const node = nodeObject('n', { annotations: { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } });
    expect(detectCni([node], [])).to.deep.equal({
      name: 'flannel',
      evidence: 'annotation flannel.alpha.coreos.com/backend-type of node n',
    });
  });

  it('says unknown when nothing gives it away, whatever users call their own pods', () => {
    expect(detectCni([nodeObject('n')], [podObject('flannel-shirts', { owner: 'kube-flannel' })]).name).to.equal(
      'unknown',
    );
  });
});
