import { expect } from 'chai';
import { describe, it } from 'mocha';
import { limitsGiven } from '../../../../lib/cluster/probes/added.ts';
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

  it('says how a container ended, and which limits it had', () => {
    const killed = podObject('p', { ready: false, waiting: { reason: 'CrashLoopBackOff' } });
    const status = killed.status!.containerStatuses![0]!;
    status.lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
    killed.spec!.containers[0]!.resources = { limits: { cpu: '20m', memory: '40Mi' } };
    expect(problemOf(killed, [])).to.deep.equal({
      kind: 'crash',
      reason: 'OOMKilled (its limits: cpu 20m, memory 40Mi)',
    });
    status.lastState = { terminated: { exitCode: 1, reason: 'Error', message: 'flatnet agent: EACCES' } };
    delete killed.spec!.containers[0]!.resources;
    expect(problemOf(killed, [])).to.deep.equal({ kind: 'crash', reason: 'Error: flatnet agent: EACCES' });
  });

  for (const words of ['listen EADDRINUSE: address already in use 192.0.2.1:9999', 'bind EADDRINUSE fd00::1:9999'])
    it(`names the port that its container found taken: ${words}`, () => {
      const ended = podObject('p', { ready: false, waiting: { reason: 'CrashLoopBackOff' } });
      const message = `a warning\nflatnet agent: EADDRINUSE: ${words}\n`;
      ended.status!.containerStatuses![0]!.lastState = { terminated: { exitCode: 1, reason: 'Error', message } };
      expect(problemOf(ended, [])).to.deep.equal({
        kind: 'port taken',
        reason: `port 9999 is taken by another process there (Error: a warning flatnet agent: EADDRINUSE: ${words})`,
      });
    });

  it('names the node selector that the cluster added', () => {
    const pod = podObject('p', { ready: false, phase: 'Pending' });
    pod.spec!.nodeSelector = { 'kubernetes.io/os': 'linux', pool: 'net' };
    const event = {
      metadata: {},
      involvedObject: { uid: 'uid-of-p' },
      reason: 'FailedScheduling',
      message: '0/3 nodes',
    };
    expect(problemOf(pod, [event]).reason).to.equal(
      "FailedScheduling: 0/3 nodes; the cluster added the node selector pool=net to the probes' pods",
    );
  });

  it('tells limits that the cluster gave pods that asked for none', () => {
    const started = ['node-1', 'node-2'].map((node) => ({ node, pod: podObject('p', { node }) }));
    expect(limitsGiven(started)).to.equal(null);
    started[1]!.pod.spec!.containers[0]!.resources = { limits: { memory: '40Mi' } };
    expect(limitsGiven(started)).to.match(
      /^the cluster's admission limited the probes' containers on node-2 \(memory 40Mi\)/,
    );
    const by = 'LimitRanger plugin set: memory limit for container probe';
    started[1]!.pod.metadata!.annotations = { 'kubernetes.io/limit-ranger': by };
    expect(limitsGiven(started)).to.match(/^a LimitRange of the namespace limited the probes' containers on node-2/);
    started[0]!.pod.spec!.containers[0]!.resources = { limits: { memory: '40Mi' } };
    expect(limitsGiven(started.toReversed())).to.include('on node-1, node-2 (memory 40Mi)');
  });
});
