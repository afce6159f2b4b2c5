import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { addressOwners, podOwners } from '../../../../lib/cluster/survey/address-owners.ts';
import { canonicalAddress } from '../../../../lib/cluster/addresses.ts';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { nodeFacts } from '../../../../lib/cluster/survey/nodes.ts';
import { modeIn } from '../../../../lib/cluster/survey/proxy-mode.ts';
import { rangesIn } from '../../../../lib/cluster/survey/service-ranges.ts';
import { surveyCluster } from '../../../../lib/cluster/survey/survey.ts';
import { startFakeApi, status, type FakeAnswer, type FakeApi, type FakeRequest } from '../fake-api.ts';
import { nodeObject, podObject } from '../fake-cluster.ts';
import { published } from './published-plugins.ts';

describe('surveyCluster', () => {
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());
  const survey = async (
    answers: Record<string, (request: FakeRequest) => FakeAnswer>,
    annotations: Record<string, string> = {},
  ) => {
    await fake?.stop();
    fake = await startFakeApi(
      (request) => answers[request.path]?.(request) ?? status(404, 'the server could not find the requested resource'),
    );
    const rawNodes = [nodeObject('node-1', { annotations })];
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

  it('says why the range is not known of the family that the cluster has', async () => {
    const { notes } = await survey({
      ...pods(),
      '/api/v1/namespaces/default/services': ({ body }) =>
        body.includes('IPv6')
          ? status(422, 'Service "x" is invalid: spec.clusterIPs: Invalid value: ["2001:db8::1"]: refused')
          : status(
              422,
              'Service "x" is invalid: spec.ipFamilies[0]: Invalid value: "IPv4": not configured on this cluster',
            ),
    });
    expect(notes.join()).to.include('the Service range is not known: ').and.include('["2001:db8::1"]: refused');
  });

  it('leaves out what may not be read, and says so', async () => {
    const forbidden = () => status(403, 'services is forbidden: User "eve" cannot create resource "services"');
    const found = await survey({
      ...pods(),
      '/api/v1/namespaces/default/services': forbidden,
      '/api/v1/namespaces/kube-system/configmaps/kube-proxy': () => status(403, 'configmaps is forbidden'),
    });
    expect(found).to.deep.include({ serviceRanges: [], proxyModeConfigured: null });
    expect(found.notes.join('\n'))
      .to.contain('User "eve" cannot create')
      .and.contain('ConfigMap: no permission to read it');
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

  const calico = { 'projectcalico.org/IPv4Address': '192.0.2.1/24' };
  const cilium = { 'network.cilium.io/ipv4-pod-cidr': '10.0.1.0/24' };

  it('takes pod ranges from the plugin’s pools, those for pods', async () => {
    const pool = (name: string, spec: object) => ({ metadata: { name }, spec });
    const items = [
      pool('pods', { cidr: '10.64.0.0/16', allowedUses: ['Workload', 'Tunnel'] }),
      pool('off', { cidr: '10.65.0.0/16', disabled: true }),
      pool('balancers', { cidr: '10.66.0.0/16', allowedUses: ['LoadBalancer'] }),
    ];
    const pools = { '/apis/crd.projectcalico.org/v1/ippools': () => ({ json: { items } }) };
    const { podRanges, notes } = await survey({ ...pods(), ...pools }, calico);
    expect(podRanges).to.deep.equal([{ range: '10.64.0.0/16', node: null, source: 'IPPool pods' }]);
    expect(notes.join()).to.not.contain('calico');
  });

  it('leaves out a node’s idle range where the plugin has another', async () => {
    const spec = { ipam: { podCIDRs: ['10.0.1.0/24'] } };
    const nodes = {
      '/apis/cilium.io/v2/ciliumnodes': () => ({ json: { items: [{ metadata: { name: 'node-1' }, spec }] } }),
    };
    expect((await survey({ ...pods(), ...nodes }, cilium)).podRanges).to.deep.equal([
      { range: '10.0.1.0/24', node: 'node-1', source: 'CiliumNode node-1' },
    ]);
  });

  it('knows Weave’s range by its own setting', async () => {
    const agent = podObject('weave', { namespace: 'kube-system', owner: 'weave-net', hostNetwork: true });
    const ranges = async () => (await survey(pods(agent))).podRanges;
    expect(await ranges()).to.deep.equal([{ range: '10.32.0.0/12', node: null, source: 'Weave’s default' }]);
    await fake?.stop();
    agent.spec!.containers[0]!.env = [{ name: 'IPALLOC_RANGE', value: '10.1.0.0/16' }];
    expect((await ranges()).map(({ range, node }) => [range, node])).to.deep.equal([
      ['10.1.0.0/24', 'node-1'],
      ['10.1.0.0/16', null],
    ]);
  });

  it('reads the pools of Cilium, of both families', async () => {
    const spec = { ipv4: { cidrs: ['10.8.0.0/16'] }, ipv6: { cidrs: ['fd00:8::/104'] } };
    const pools = {
      '/apis/cilium.io/v2alpha1/ciliumpodippools': () => ({
        json: { items: [{ metadata: { name: 'default' }, spec }] },
      }),
    };
    const { podRanges } = await survey({ ...pods(), ...pools }, cilium);
    expect(podRanges).to.deep.equal([
      { range: '10.8.0.0/16', node: null, source: 'CiliumPodIPPool default' },
      { range: 'fd00:8::/104', node: null, source: 'CiliumPodIPPool default' },
    ]);
  });

  it('knows that Cilium stands in for kube-proxy, by its own ConfigMap', async () => {
    const config = (value: string) => ({
      '/api/v1/namespaces/kube-system/configmaps/cilium-config': () => ({
        json: { data: { 'kube-proxy-replacement': value } },
      }),
    });
    expect((await survey({ ...pods(), ...config('true') }, cilium)).proxyModeConfigured).to.deep.equal({
      mode: 'Cilium, without kube-proxy',
      source: 'ConfigMap kube-system/cilium-config',
    });
    expect((await survey({ ...pods(), ...config('false') }, cilium)).proxyModeConfigured).to.equal(null);
    // Left over from an earlier network.
    expect((await survey({ ...pods(), ...config('true') }, calico)).proxyModeConfigured).to.equal(null);
  });

  describe('whether an engine routes', () => {
    const agent = (of: { owner: string; image: string }, namespace = 'kube-system') =>
      podObject('agent', { namespace, hostNetwork: true, owner: of.owner, image: of.image });
    const configMap = (name: string, data: Record<string, string>, namespace = 'kube-system') => ({
      [`/api/v1/namespaces/${namespace}/configmaps/${name}`]: () => ({ json: { data } }),
    });
    const forbidden = (name: string) => ({
      [`/api/v1/namespaces/kube-system/configmaps/${name}`]: () => status(403, 'configmaps is forbidden'),
    });
    const plugins = async (answers: Parameters<typeof survey>[0]) => {
      const { cni, proxyModeConfigured } = await survey(answers);
      return [cni.name, cni.policies?.name ?? null, proxyModeConfigured?.mode ?? null];
    };
    const nodes = (ranges: string[]) => ({
      '/apis/cilium.io/v2/ciliumnodes': () => ({
        json: { items: [{ metadata: { name: 'node-1' }, spec: { ipam: { podCIDRs: ranges } } }] },
      }),
    });

    it('asks Cilium’s ConfigMap, where its agents run', async () => {
      const config = (mode: string) =>
        configMap('cilium-config', { 'cni-chaining-mode': mode, 'kube-proxy-replacement': 'true' }, 'cilium');
      const of = (mode: string) => plugins({ ...pods(agent(published.cilium, 'cilium')), ...config(mode) });
      const instead = 'Cilium, without kube-proxy';
      expect(await of('none')).to.deep.equal(['cilium', null, instead]);
      // Called after Cilium.
      expect(await of('portmap')).to.deep.equal(['cilium', null, instead]);
      expect(await of('generic-veth')).to.deep.equal(['unknown', 'cilium', instead]);
      expect(fake?.requests.filter(({ path }) => path.endsWith('/cilium-config'))).to.have.length(1);
    });

    it('takes Cilium’s proxy mode where it is chained to a plugin that is known', async () => {
      const config = configMap('cilium-config', { 'cni-chaining-mode': 'aws-cni', 'kube-proxy-replacement': 'true' });
      const both = pods(agent(published['aws-vpc-cni']), agent(published.cilium));
      expect(await plugins({ ...both, ...config })).to.deep.equal([
        'aws-vpc-cni',
        'cilium',
        'Cilium, without kube-proxy',
      ]);
    });

    it('names no router where Cilium’s ConfigMap may not be read, and keeps its ranges', async () => {
      const one = pods(agent(published.cilium));
      const unread = await survey({ ...one, ...forbidden('cilium-config'), ...nodes(['10.0.1.0/24']) });
      expect(unread.cni).to.deep.include({ name: 'unknown' });
      expect(unread.cni.evidence).to.match(/ConfigMap kube-system\/cilium-config may not be read$/);
      expect(unread.podRanges.map(({ range }) => range)).to.deep.equal(['10.0.1.0/24']);
      // Chained, it gives nodes ranges that nobody uses.
      const config = configMap('cilium-config', { 'cni-chaining-mode': 'generic-veth' });
      const chained = await survey({ ...one, ...config, ...nodes(['10.0.1.0/24']) });
      expect(chained.podRanges.map(({ range }) => range)).to.deep.equal(['10.1.0.0/24']);
    });

    it('asks Calico’s pods for its backend, or the ConfigMap that they name', async () => {
      const name = 'CALICO_NETWORKING_BACKEND';
      const withEnv = (env: object) => {
        const pod = agent(published.calico);
        pod.spec!.containers[0]!.env = [{ name, ...env }];
        return pod;
      };
      expect(await plugins(pods(withEnv({ value: 'none' })))).to.deep.equal(['unknown', 'calico', null]);
      expect(await plugins(pods(withEnv({ value: 'vxlan' })))).to.deep.equal(['calico', null, null]);
      expect(await plugins(pods(agent(published.calico)))).to.deep.equal(['calico', null, null]);
      // The agent on Windows has one of its own.
      expect(await plugins(pods(withEnv({ value: 'none' }), withEnv({ value: 'bird' })))).to.deep.equal([
        'calico',
        null,
        null,
      ]);
      const byRef = pods(withEnv({ valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'calico_backend' } } }));
      const backend = (value: string) => configMap('calico-config', { calico_backend: value });
      expect((await plugins({ ...byRef, ...backend('bird') }))[0]).to.equal('calico');
      expect((await plugins({ ...byRef, ...backend('none') }))[0]).to.equal('unknown');
      expect((await plugins({ ...byRef, ...forbidden('calico-config') }))[0]).to.equal('unknown');
    });

    it('reads Calico’s pools where it assigns addresses and leaves the routes to a cloud', async () => {
      const pod = agent(published.calico);
      pod.spec!.containers[0]!.env = [{ name: 'CALICO_NETWORKING_BACKEND', value: 'none' }];
      const pools = {
        '/apis/crd.projectcalico.org/v1/ippools': () => ({
          json: { items: [{ metadata: { name: 'pods' }, spec: { cidr: '10.64.0.0/16' } }] },
        }),
      };
      const ranges = async (answers: object) =>
        (await survey({ ...pods(pod), ...answers })).podRanges.map(({ range }) => range);
      expect(await ranges(pools)).to.deep.equal(['10.64.0.0/16']);
      expect(await ranges({})).to.deep.equal(['10.1.0.0/24']);
    });

    it('knows Antrea for policies only by what its pods run', async () => {
      const pod = agent(published.antrea);
      expect((await plugins(pods(pod)))[0]).to.equal('antrea');
      const install = (name: string) => ({ name: 'install-cni', command: [name] });
      pod.spec!.initContainers = [install('install_cni')];
      expect((await plugins(pods(pod)))[0]).to.equal('antrea');
      pod.spec!.containers.unshift(install('install_cni_chaining'));
      expect(await plugins(pods(pod))).to.deep.equal(['unknown', 'antrea', null]);
      // Before it watched the other's file.
      pod.spec!.containers.shift();
      pod.spec!.initContainers = [install('install_cni_chaining')];
      expect((await plugins(pods(pod)))[0]).to.equal('unknown');
    });
  });

  it('says so when the plugin’s pools may not be read, and keeps what the nodes tell', async () => {
    const pools = { '/apis/crd.projectcalico.org/v1/ippools': () => status(403, 'ippools is forbidden') };
    const { podRanges, notes } = await survey({ ...pods(), ...pools }, calico);
    expect(podRanges).to.have.length(1);
    expect(notes).to.include(
      'the address ranges of calico are not all known: ippools.crd.projectcalico.org may not be listed',
    );
  });

  it('takes the ClusterIPs that it sees where nothing tells the Service range, and says so', async () => {
    const items = [
      { spec: { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1', 'fd00:96::0:1'] } },
      { spec: { clusterIP: 'None', clusterIPs: ['None'] } },
      { spec: { clusterIP: '10.96.0.9' } },
    ];
    const { serviceRanges, notes } = await survey({
      ...pods(),
      '/api/v1/services': () => ({ json: { metadata: {}, items } }),
    });
    expect(serviceRanges).to.deep.equal(
      ['10.96.0.1/32', 'fd00:96::1/128', '10.96.0.9/32'].map((range) => ({ range, source: 'ClusterIPs seen' })),
    );
    expect(notes.join()).to.contain('3 ClusterIPs that were seen stand for it');
  });

  it('reads the owners of addresses anew when asked to', async () => {
    let now = [podObject('a'), podObject('b')];
    const { owners, refreshOwners } = await survey({
      '/api/v1/pods': () => ({ json: { metadata: {}, items: now } }),
      '/api/v1/nodes': () => ({ json: { metadata: {}, items: [nodeObject('node-1')] } }),
    });
    expect(owners.map(({ name }) => name)).to.deep.equal(['node-1', 'default/a', 'default/b']);
    now = [podObject('b')];
    expect((await refreshOwners?.())?.map(({ name }) => name)).to.deep.equal(['node-1', 'default/b']);
  });
});

describe('addressOwners', () => {
  const namesOf = (nodes: ReturnType<typeof nodeObject>[], pods: ReturnType<typeof podObject>[] = []) =>
    addressOwners({ nodes, pods }).map(({ name, address }) => `${name} ${address}`);
  const external = { type: 'ExternalIP', address: '203.0.113.1' };

  it('gives a node its InternalIPs, each once, and no ExternalIP, which nodes may share', () => {
    const one = nodeObject('one', {
      addresses: [
        external,
        { type: 'InternalIP', address: 'fd00:0::1' },
        { type: 'InternalIP', address: 'fd00::1' },
        { type: 'InternalIP', address: 'not an address' },
      ],
    });
    expect(namesOf([one, nodeObject('two', { addresses: [external] })])).to.deep.equal(['one fd00::1']);
  });

  it('gives virtual nodes nothing, and their pods their addresses', () => {
    const labels = { 'eks.amazonaws.com/compute-type': 'fargate' };
    const nodes = [nodeObject('f', { labels }), nodeObject('v', { labels: { type: 'virtual-kubelet' } })];
    expect(namesOf(nodes, [podObject('p', { node: 'f', ips: ['192.0.2.1'] })])).to.deep.equal(['default/p 192.0.2.1']);
  });

  it('leaves out nodes that are not Ready, and pods on these or on nodes that are gone', () => {
    const nodes = [nodeObject('lost', { ready: false }), nodeObject('node-1')];
    const pods = [podObject('a'), podObject('b', { node: 'lost' }), podObject('c', { node: 'gone' })];
    expect(namesOf(nodes, pods)).to.deep.equal(['node-1 192.0.2.1', 'default/a 10.1.0.5']);
  });
});

describe('nodeFacts', () => {
  const now = Date.parse('2026-11-22T12:01:00Z');

  it('tells a node that waits for its network plugin from one that is not Ready for another reason', () => {
    const message =
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
    expect(nodeFacts(nodeObject('n', { ready: false, message }), now).notReadyFor).to.equal('network plugin');
    expect(nodeFacts(nodeObject('n', { ready: false, message: 'PLEG is not healthy' }), now).notReadyFor).to.equal(
      'other',
    );
    expect(nodeFacts(nodeObject('n'), now).notReadyFor).to.equal(null);
    expect(nodeFacts({ metadata: { name: 'n' } }, now).notReadyFor).to.equal('other');
  });

  it('tells how long ago a node was made, by the server’s clock', () => {
    expect(nodeFacts(nodeObject('n', { created: '2026-11-22T12:00:00Z' }), now).ageMs).to.equal(60_000);
    expect(nodeFacts(nodeObject('n'), now).ageMs).to.equal(null);
  });
});

describe('canonicalAddress', () => {
  it('has one spelling for one address, and leaves alone what is none', () => {
    const texts = ['FD00:0::5', 'fd00:0:0:0:0:0:0:5', '::ffff:192.0.2.1', '192.0.2.1', '10.1', 'node-1'];
    expect(texts.map(canonicalAddress)).to.deep.equal([
      'fd00::5',
      'fd00::5',
      '192.0.2.1',
      '192.0.2.1',
      '10.1',
      'node-1',
    ]);
  });
});

describe('podOwners', () => {
  it('counts each address of a pod, and no host-network, finished or terminating pod, nor one without an address', () => {
    const owners = podOwners([
      podObject('both', { ips: ['10.1.0.5', 'fd00:0:0::5'] }),
      podObject('host', { hostNetwork: true }),
      podObject('done', { phase: 'Succeeded' }),
      podObject('going', { deleted: true }),
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
