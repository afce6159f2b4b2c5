import { expect } from 'chai';
import { describe, it } from 'mocha';
import { addressesOf } from '../../../../lib/cluster/probes/connect.ts';
import { DEFAULT_IMAGE } from '../../../../lib/cluster/probes/image.ts';
import { probeDaemonSet, sourcesConfigMap } from '../../../../lib/cluster/probes/manifests.ts';
import type { ProbeName } from '../../../../lib/cluster/model.ts';
import { knowsHostIPs } from '../../../../lib/cluster/probes/deploy.ts';
import { probeSources } from '../../../../lib/cluster/probes/sources.ts';
import { probeEnvironment } from '../../../../lib/probe/wire.ts';
import { podObject } from '../fake-cluster.ts';

const options = {
  image: 'image',
  hostPort: 31_000,
  hasPullSecret: false,
  hostIPsField: 'status.hostIPs' as const,
  sourcePaths: [],
};
const podSpec = (name: ProbeName, more = {}) => {
  const spec = probeDaemonSet(name, { ...options, ...more }).spec?.template.spec;
  if (!spec) throw new Error('no pod spec');
  return spec;
};
const valueOf = (name: ProbeName, variable: string) =>
  podSpec(name).containers[0]?.env?.find((one) => one.name === variable)?.value;

describe('probeDaemonSet', () => {
  it('puts only the node probe on the host network, and only it on the host port', () => {
    for (const name of ['pod-a', 'pod-b', 'fresh', 'node'] as const) {
      expect(podSpec(name).hostNetwork).to.equal(name === 'node');
      expect(valueOf(name, probeEnvironment.kind)).to.equal(name === 'node' ? 'node' : 'pod');
      expect(valueOf(name, probeEnvironment.port)).to.equal(name === 'node' ? '31000' : '8080');
      // A declared host port would let the scheduler keep a second run's pods waiting; any port on the host network is one.
      const ports = podSpec(name).containers[0]?.ports;
      expect(ports?.map(({ containerPort, hostPort }) => [containerPort, hostPort])).to.deep.equal(
        name === 'node' ? undefined : [8_080, 8_080].map((port) => [port, undefined]),
      );
    }
  });

  it('tells a probe everything that the agent reads', () => {
    expect(podSpec('node').containers[0]?.env?.map(({ name }) => name)).to.have.members(
      Object.values(probeEnvironment),
    );
  });

  it('tolerates every taint, and asks for no service account token', () => {
    expect(podSpec('pod-a')).to.deep.include({
      tolerations: [{ operator: 'Exists' }],
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
    });
  });

  it('asks for two capabilities and no more', () => {
    const security = podSpec('pod-a').containers[0]?.securityContext;
    expect(security?.capabilities).to.deep.equal({ drop: ['ALL'], add: ['NET_RAW', 'NET_BIND_SERVICE'] });
    expect(security).to.include({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    expect(security).to.not.have.property('privileged');
  });

  it('passes the restricted Pod Security level where it is asked to', () => {
    const spec = podSpec('pod-a', { isRestricted: true });
    expect(spec.securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    const security = spec.containers[0]?.securityContext;
    expect(security?.capabilities).to.deep.equal({ drop: ['ALL'] });
    expect(security).to.not.have.property('runAsUser');
    expect(spec.securityContext?.sysctls?.map(({ name }) => name)).to.deep.equal([
      'net.ipv4.ip_unprivileged_port_start',
    ]);
  });

  it('has the limits, labels and annotations that are asked for, and keeps its own', () => {
    const marks = { labels: { team: 'net', 'flatnet/probe': 'x' }, annotations: { note: 'a b' } };
    const made = probeDaemonSet('pod-a', { ...options, marks, limits: { cpu: '500m' } });
    for (const metadata of [made.metadata, made.spec?.template.metadata]) {
      expect(metadata?.labels).to.include({ team: 'net', 'flatnet/probe': 'pod-a' });
      expect(metadata?.annotations).to.include({ note: 'a b' });
    }
    expect(made.spec?.template.spec?.containers[0]?.resources?.limits).to.deep.equal({ cpu: '500m' });
    expect(podSpec('pod-a').containers[0]?.resources).to.not.have.property('limits');
  });

  it('asks service meshes to stay away, each where it looks', () => {
    const metadata = probeDaemonSet('pod-a', options).spec?.template.metadata;
    expect(metadata?.labels).to.include({ 'flatnet/probe': 'pod-a', 'sidecar.istio.io/inject': 'false' });
    expect(metadata?.annotations).to.include({ 'linkerd.io/inject': 'disabled', 'sidecar.istio.io/inject': 'false' });
  });

  it('names the pull secret only when there is one', () => {
    expect(podSpec('pod-a')).to.not.have.property('imagePullSecrets');
    expect(podSpec('pod-a', { hasPullSecret: true }).imagePullSecrets).to.have.length(1);
  });
});

describe('the probe’s sources', () => {
  it('hold what the container runs, well within a ConfigMap', () => {
    const { data } = sourcesConfigMap(probeSources());
    expect(data).to.include.keys('agent.js', 'bridge.js', 'wire.js', 'package.json');
    expect(JSON.stringify(data).length).to.be.below(512 * 1024);
  });
});

describe('DEFAULT_IMAGE', () => {
  it('is pinned to one version of Node', () =>
    expect(DEFAULT_IMAGE).to.match(/^docker\.io\/library\/node:\d+\.\d+\.\d+-slim$/));
});

describe('knowsHostIPs', () => {
  it('is true from 1.30 on', () => {
    expect(['v1.29.9', 'v1.30.0', 'v1.37.2', 'v1.9.1-eks', 'unknown'].map(knowsHostIPs)).to.deep.equal([
      false,
      true,
      true,
      false,
      true,
    ]);
  });
});

describe('addressesOf', () => {
  it('takes the first address of each family', () => {
    expect(addressesOf(podObject('p', { ips: ['fd00::1', '10.0.0.1', '10.0.0.2'] }))).to.deep.equal({
      IPv6: 'fd00::1',
      IPv4: '10.0.0.1',
    });
  });
});
