import { expect } from 'chai';
import { describe, it } from 'mocha';
import { detectCni, withLinks } from '../../../../lib/cluster/survey/cni.ts';
import { nodeObject, podObject } from '../fake-cluster.ts';
import { published as everyPlugin, type Published } from './published-plugins.ts';

const { multus, spiderpool, ...published } = everyPlugin;

describe('detectCni', () => {
  interface DaemonSet {
    owner: string;
    image?: string;
    args?: string[];
    sidecars?: readonly string[];
  }
  const agents = (...all: DaemonSet[]) =>
    all.map(({ sidecars = [], ...one }, n) => {
      const pod = podObject(`agent-${n}`, { namespace: 'kube-system', hostNetwork: true, ...one });
      pod.spec!.containers.push(...sidecars.map((image, m) => ({ name: `sidecar-${m}`, image })));
      return pod;
    });
  const recognised = (...all: DaemonSet[]) => {
    const { name, policies, beside = [] } = detectCni([], agents(...all));
    return [name, policies?.name ?? null, ...beside];
  };

  for (const [name, { owner, image, sidecars = [] }] of Object.entries<Published>(published)) {
    it(`knows ${name} by its DaemonSet ${owner}`, () => {
      const { evidence, ...found } = detectCni([], agents({ owner, image, sidecars }));
      expect(found).to.deep.equal({ name: name.split('/')[0] });
      expect(evidence).to.match(new RegExp(`^DaemonSet kube-system/${owner}, image `));
    });
  }

  it('tells who routes from who enforces policies', () => {
    const { cilium, calico, 'aws-vpc-cni': aws, 'azure-cni': azure, gke, 'kube-ovn': kubeOvn } = published;
    expect(recognised(cilium, aws)).to.deep.equal(['aws-vpc-cni', 'cilium']);
    expect(recognised(calico, aws)).to.deep.equal(['aws-vpc-cni', 'calico']);
    expect(recognised(calico, published['calico-vpp'])).to.deep.equal(['calico-vpp', 'calico']);
    expect(recognised(azure, cilium)).to.deep.equal(['azure-cni', 'cilium']);
    expect(recognised(kubeOvn, cilium)).to.deep.equal(['kube-ovn', 'cilium']);
    expect(recognised({ owner: 'anetd', image: 'gke.gcr.io/cilium/cilium:v1.16' }, gke)).to.deep.equal([
      'gke',
      'cilium',
    ]);
    const firewall = { ...published['kube-router'], args: ['--run-router=false'] };
    expect(recognised(published.flannel, firewall)).to.deep.equal(['flannel', 'kube-router']);
    expect(recognised(firewall)).to.deep.equal(['unknown', 'kube-router']);
    expect(recognised({ ...firewall, args: ['--run-router=true'] })).to.deep.equal(['kube-router', null]);
  });

  it('takes nobody for the router who is told to leave that to another, whatever is written on nodes', () => {
    const kilo = { ...published.kilo, args: ['--cni=false', '--compatibility=cilium'] };
    expect(recognised(kilo)).to.deep.equal(['unknown', null]);
    expect(recognised(kilo, published.cilium)).to.deep.equal(['cilium', null]);
    const second = { ...published['kube-ovn'], args: ['--non-primary-cni-mode=true'] };
    expect(recognised(second, published['canal/rke2'])).to.deep.equal(['canal', null]);
    const node = nodeObject('n', { annotations: { 'kilo.squat.ai/key': 'x', 'ovn.kubernetes.io/allocated': 'true' } });
    expect(detectCni([node], agents(kilo, second)).name).to.equal('unknown');
    expect(detectCni([node], agents(second)).name).to.equal('kilo');
  });

  describe('where an engine is chained', () => {
    const chained = (name: string, certain = true) => new Map([[name, { why: 'it says so', certain }]]);
    const seen = (nodes: ReturnType<typeof nodeObject>[], daemonSets: DaemonSet[], name: string, certain = true) => {
      const { name: router, policies } = detectCni(nodes, agents(...daemonSets), chained(name, certain));
      return [router, policies?.name ?? null];
    };
    const { cilium, calico, antrea, flannel } = published;
    const withFlannel = nodeObject('n', { annotations: { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } });

    it('names no router that is not seen', () => {
      expect(seen([], [cilium], 'cilium')).to.deep.equal(['unknown', 'cilium']);
      expect(seen([], [calico], 'calico')).to.deep.equal(['unknown', 'calico']);
      expect(seen([], [antrea], 'antrea')).to.deep.equal(['unknown', 'antrea']);
      const own = nodeObject('n', { annotations: { 'projectcalico.org/IPv4Address': '192.0.2.1/24' } });
      expect(seen([own], [calico], 'calico')).to.deep.equal(['unknown', 'calico']);
      const withoutPods = nodeObject('n', { annotations: { 'network.cilium.io/ipv4-pod-cidr': '10.0.1.0/24' } });
      expect(seen([withoutPods], [], 'cilium')).to.deep.equal(['unknown', 'cilium']);
      expect(detectCni([], agents(calico), chained('calico')).evidence).to.match(
        /^calico \(DaemonSet .*\) is not known to route: it says so$/,
      );
    });

    it('names the one that is seen, by its pods or by what it writes on nodes', () => {
      expect(seen([], [flannel, calico], 'calico')).to.deep.equal(['flannel', 'calico']);
      expect(seen([withFlannel], [cilium], 'cilium')).to.deep.equal(['flannel', 'cilium']);
      expect(seen([], [cilium, calico], 'cilium')).to.deep.equal(['calico', 'cilium']);
      expect(seen([], [published['aws-vpc-cni'], antrea], 'antrea')).to.deep.equal(['aws-vpc-cni', 'antrea']);
    });

    it('names none where it can’t be said whether it routes', () => {
      expect(seen([], [cilium], 'cilium', false)).to.deep.equal(['unknown', 'cilium']);
      expect(seen([withFlannel], [flannel, cilium], 'cilium', false)).to.deep.equal(['unknown', 'cilium']);
    });
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

  it('tells plugins that call others', () => {
    expect(recognised(multus, published.calico, spiderpool)).to.deep.equal(['calico', null, 'multus', 'spiderpool']);
    expect(recognised(multus)).to.deep.equal(['unknown', null, 'multus']);
  });

  it('says unknown where two could route', () => {
    expect(recognised(published.flannel, published.cilium)).to.deep.equal(['unknown', 'cilium']);
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
