import { expect } from 'chai';
import { describe, it } from 'mocha';
import { problemOf } from '../../../../lib/cluster/probes/events.ts';
import { podObject } from '../fake-cluster.ts';

const stuck = podObject('p', { ready: false, phase: 'Pending', waiting: { reason: 'ContainerCreating' } });
const kindOf = (reason: string, message: string) =>
  problemOf(stuck, [{ metadata: {}, involvedObject: { uid: 'uid-of-p' }, reason, message }])?.kind;

describe('problemOf', () => {
  for (const message of [
    'rpc error: code = Unknown desc = failed to setup network for sandbox "8f": plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory',
    'rpc error: code = Unknown desc = failed to setup network for sandbox "8f": failed to find plugin "bridge" in path [/opt/cni/bin]',
    'rpc error: code = Unknown desc = failed to create pod network sandbox k8s_p(8f): error adding pod default_p to CNI network "crio": plugin type="bridge" failed (add)',
    'rpc error: code = Unknown desc = failed to set up sandbox container "8f" network for pod "p": networkPlugin cni failed to set up pod "p_default" network: no addresses',
  ])
    it(`blames the network for: ${message.slice(42, 120)}…`, () =>
      expect(kindOf('FailedCreatePodSandBox', message)).to.equal('network'));

  it('blames the network when the kubelet waits for it', () =>
    expect(
      kindOf(
        'NetworkNotReady',
        'network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady',
      ),
    ).to.equal('network'));

  for (const message of [
    'rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image: dial tcp: connect: network is unreachable',
    'rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: OCI runtime create failed: cgroup',
    'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
  ])
    it(`does not blame the network for: ${message.slice(24, 110)}…`, () =>
      expect(kindOf('FailedCreatePodSandBox', message)).to.equal('sandbox'));

  it('does not blame the network for other events, whatever they say', () => {
    expect(kindOf('FailedScheduling', '0/3 nodes are available')).to.equal('scheduling');
    expect(kindOf('FailedMount', 'configmap not found')).to.equal('volume');
    expect(kindOf('BackOff', 'Back-off restarting failed container')).to.equal('other');
  });

  it('blames nothing when a container is being made and no event tells more', () =>
    expect(problemOf(stuck, [])).to.deep.equal({ kind: 'other', reason: 'ContainerCreating' }));
});
