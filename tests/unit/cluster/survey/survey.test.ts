import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { addressOwners, podOwners } from '../../../../lib/cluster/survey/address-owners.ts';
import { canonicalAddress } from '../../../../lib/cluster/addresses.ts';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { detectCni, withLinks } from '../../../../lib/cluster/survey/cni.ts';
import { nodeFacts } from '../../../../lib/cluster/survey/nodes.ts';
import { modeIn } from '../../../../lib/cluster/survey/proxy-mode.ts';
import { rangesIn } from '../../../../lib/cluster/survey/service-ranges.ts';
import { surveyCluster } from '../../../../lib/cluster/survey/survey.ts';
import { startFakeApi, status, type FakeAnswer, type FakeApi, type FakeRequest } from '../fake-api.ts';
import { nodeObject, podObject } from '../fake-cluster.ts';

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

describe('detectCni', () => {
  interface DaemonSet {
    owner: string;
    image?: string;
    args?: string[];
  }
  const agents = (...all: DaemonSet[]) =>
    all.map((one, n) => podObject(`agent-${n}`, { namespace: 'kube-system', hostNetwork: true, ...one }));
  const recognised = (...all: DaemonSet[]) => {
    const { name, policies, beside = [] } = detectCni([], agents(...all));
    return [name, policies?.name ?? null, ...beside];
  };

  for (const [name, owner, image] of [
    ['flannel', 'kube-flannel-ds', 'ghcr.io/flannel-io/flannel:v0.28.0'],
    ['calico', 'calico-node', 'docker.io/calico/node:v3.31.0'],
    ['canal', 'canal', 'docker.io/calico/node:v3.31.0'],
    ['canal', 'rke2-canal', 'rancher/hardened-calico:v3.31.0'],
    ['cilium', 'cilium', 'quay.io/cilium/cilium:v1.19.0'],
    ['cilium', 'cilium', 'rancher/mirrored-cilium-cilium:v1.19.0'],
    ['aws-vpc-cni', 'aws-node', 'registry/amazon-k8s-cni:v1.20'],
    ['terway', 'terway-eniip', 'registry/acs/terway:v1.16.8'],
    ['oci-vcn-native', 'vcn-native-ip-cni', 'iad.ocir.io/oke-public/cni:1'],
    ['nsx-ncp', 'nsx-node-agent', 'nsx-ncp:4'],
    ['aci', 'aci-containers-host', 'quay.io/noiro/aci-containers-host:6'],
    ['antrea', 'antrea-agent', 'antrea/antrea-agent-ubuntu:v2'],
    ['ovn-kubernetes', 'ovnkube-node', 'quay.io/ovn:1'],
    ['kube-ovn', 'kube-ovn-cni', 'kubeovn/kube-ovn:v1'],
    ['weave', 'weave-net', 'weaveworks/weave-kube:2'],
    ['kindnet', 'kindnet', 'docker.io/kindest/kindnetd:v2026'],
    ['kilo', 'kilo', 'squat/kilo:0.7'],
  ] as const) {
    it(`knows ${name} by its DaemonSet ${owner}`, () => {
      const { evidence, ...found } = detectCni([], agents({ owner, image }));
      expect(found).to.deep.equal({ name });
      expect(evidence).to.match(new RegExp(`^DaemonSet kube-system/${owner}, image `));
    });
  }

  it('tells who routes from who enforces policies', () => {
    const aws = { owner: 'aws-node', image: 'registry/amazon-k8s-cni:v1.20' };
    const cilium = { owner: 'cilium', image: 'quay.io/cilium/cilium:v1.19.0' };
    const calico = { owner: 'calico-node', image: 'docker.io/calico/node:v3.31.0' };
    expect(recognised(cilium, aws)).to.deep.equal(['aws-vpc-cni', 'cilium']);
    expect(recognised(calico, aws)).to.deep.equal(['aws-vpc-cni', 'calico']);
    expect(recognised(calico, { owner: 'calico-vpp-node', image: 'calicovpp/vpp:v3.31' })).to.deep.equal([
      'calico-vpp',
      'calico',
    ]);
    expect(recognised({ owner: 'azure-cns' }, cilium)).to.deep.equal(['azure-cni', 'cilium']);
    expect(recognised({ owner: 'kube-ovn-cni' }, cilium)).to.deep.equal(['kube-ovn', 'cilium']);
    expect(recognised({ owner: 'anetd' }, { owner: 'netd' })).to.deep.equal(['gke', 'cilium']);
    const firewall = { owner: 'kube-router', image: 'cloudnativelabs/kube-router', args: ['--run-router=false'] };
    expect(recognised({ owner: 'kube-flannel-ds' }, firewall)).to.deep.equal(['flannel', 'kube-router']);
    expect(recognised({ ...firewall, args: ['--run-router=true'] })).to.deep.equal(['kube-router', null]);
  });

  it('believes the agent of aws-node that it enforces policies, unless it is told not to', () => {
    const policies = (...args: string[]) => {
      const agent = { name: 'aws-eks-nodeagent', image: 'registry/amazon/aws-network-policy-agent:v1.3.1', args };
      const pods = agents({ owner: 'aws-node', image: 'registry/amazon-k8s-cni:v1.20' });
      pods[0]!.spec!.containers.push(agent);
      return detectCni([], pods);
    };
    expect(policies('--enable-ipv6=false', '--enable-network-policy=true')).to.deep.equal({
      name: 'aws-vpc-cni',
      evidence: 'DaemonSet kube-system/aws-node, image registry/amazon-k8s-cni:v1.20',
      policies: {
        name: 'aws-network-policy-agent',
        evidence: 'DaemonSet kube-system/aws-node, image registry/amazon/aws-network-policy-agent:v1.3.1',
      },
    });
    // As it is installed.
    expect(policies('--enable-ipv6=false', '--enable-network-policy=false')).not.to.have.property('policies');
  });

  it('takes Calico for no router where it is told to leave that to the cloud', () => {
    const pods = agents({ owner: 'calico-node', image: 'docker.io/calico/node:v3.31.0' });
    pods[0]!.spec!.containers[0]!.env = [{ name: 'CALICO_NETWORKING_BACKEND', value: 'none' }];
    const node = nodeObject('node-1', { annotations: { 'projectcalico.org/IPv4Address': '192.0.2.1/24' } });
    const { name, policies } = detectCni([node], pods);
    expect([name, policies?.name]).to.deep.equal(['unknown', 'calico']);
    const beside = detectCni([], [...agents({ owner: 'kube-flannel-ds' }), ...pods]);
    expect([beside.name, beside.policies?.name]).to.deep.equal(['flannel', 'calico']);
  });

  it('tells plugins that call others', () => {
    expect(
      recognised({ owner: 'kube-multus-ds' }, { owner: 'calico-node' }, { owner: 'spiderpool-agent' }),
    ).to.deep.equal(['calico', null, 'multus', 'spiderpool']);
    expect(recognised({ owner: 'kube-multus-ds' })).to.deep.equal(['unknown', null, 'multus']);
  });

  it('says unknown where two could route', () => {
    expect(recognised({ owner: 'kube-flannel-ds' }, { owner: 'cilium' })).to.deep.equal(['unknown', 'cilium']);
  });

  it('knows a plugin without pods by what is written on nodes', () => {
    const node = nodeObject('n', { annotations: { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } });
    expect(detectCni([node], [])).to.deep.equal({
      name: 'flannel',
      evidence: 'annotation flannel.alpha.coreos.com/backend-type of node n',
    });
    // k3s runs flannel in its own process, and so the pods beside it belong to none.
    const ofK3s = nodeObject('k', {
      annotations: {
        'alpha.kubernetes.io/provided-node-ip': '192.0.2.1',
        'flannel.alpha.coreos.com/backend-data': '{"VNI":1,"VtepMAC":"02:00:00:00:00:01"}',
        'flannel.alpha.coreos.com/kube-subnet-manager': 'true',
        'k3s.io/hostname': 'k',
      },
    });
    const balancer = agents({ owner: 'svclb-traefik', image: 'rancher/klipper-lb:v0.4' });
    expect(detectCni([nodeObject('other'), ofK3s], balancer)).to.deep.equal({
      name: 'flannel',
      evidence: 'annotation flannel.alpha.coreos.com/backend-data of node k',
    });
    const auto = nodeObject('n', { labels: { 'eks.amazonaws.com/compute-type': 'auto' } });
    expect(detectCni([auto], []).name).to.equal('aws-vpc-cni');
  });

  it('says unknown when nothing gives it away, whatever users call their own pods', () => {
    expect(detectCni([nodeObject('n')], [podObject('flannel-shirts', { owner: 'kube-flannel' })]).name).to.equal(
      'unknown',
    );
  });

  it('knows a plain bridge by its interface, and leaves what it knows otherwise', () => {
    const node = (...names: string[]) => ({
      node: 'node-1',
      hello: { interfaces: names.map((name) => ({ name, address: '10.0.0.1', family: 'IPv4', mtu: 1500 })) } as never,
    });
    const unknown = { name: 'unknown', evidence: 'nothing' };
    expect(withLinks(unknown, [node('eth0', 'cni0')]).name).to.equal('bridge');
    expect(withLinks(unknown, [node('eth0', 'cni0', 'flannel.1')]).name).to.equal('unknown');
    expect(withLinks(unknown, [node('eth0')]).name).to.equal('unknown');
    expect(withLinks({ name: 'flannel', evidence: 'x' }, [node('cni0')]).name).to.equal('flannel');
  });
});
