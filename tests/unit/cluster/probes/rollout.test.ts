import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { waitForRollout, type RolloutOptions } from '../../../../lib/cluster/probes/rollout.ts';
import { rejection, startFakeApi, type FakeApi } from '../fake-api.ts';
import { until } from '../../until.ts';
import { podObject } from '../fake-cluster.ts';

interface State {
  /** numberReady of the DaemonSet pod-a: the next one when the last was told. */
  ready: number[];
  pods: unknown[];
  events?: unknown[];
}

describe('waitForRollout', function () {
  this.timeout(60_000);
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());
  const wait = async ({ ready, pods, events = [] }: State, options: Partial<RolloutOptions> = {}) => {
    const progress: string[] = [];
    const tell = async (write: (event: unknown) => void): Promise<void> => {
      for (const numberReady of ready) {
        write({
          type: 'MODIFIED',
          object: { metadata: { name: options.names?.[0] ?? 'pod-a' }, status: { numberReady } },
        });
        const line = `${numberReady} of 2 probes are running`;
        if (numberReady !== ready.at(-1)) await until(line, () => progress.includes(line));
      }
    };
    fake = await startFakeApi(({ path, url }) => {
      if (url.includes('watch=true')) return { stream: (write) => void tell(write) };
      return { json: { metadata: {}, items: path.endsWith('/events') ? events : pods } };
    });
    const rollout = await waitForRollout(connectApi(fake.target), {
      namespace: 'flatnet-1',
      names: ['pod-a'],
      nodes: ['node-1', 'node-2'],
      image: 'registry.example/node:1',
      deadlineMs: 5_000,
      lookAfterMs: 100,
      onProgress: (line) => progress.push(line),
      ...options,
    });
    return { ...rollout, progress };
  };
  const probe = (node: string, more: Parameters<typeof podObject>[1] = {}) =>
    podObject(`pod-a-${node}`, { node, labels: { 'flatnet/probe': 'pod-a' }, ...more });
  const warning = (node: string, reason: string, message: string) => ({
    metadata: {},
    type: 'Warning',
    reason,
    message,
    involvedObject: { kind: 'Pod', uid: `uid-of-pod-a-${node}` },
  });

  it('ends when all are ready, with one list of pods and one watch', async () => {
    // Nothing is looked at before its time: a busy machine may stand still for longer than 100 ms.
    const { progress, ...rollout } = await wait(
      { ready: [0, 1, 2], pods: [probe('node-1'), probe('node-2')] },
      { lookAfterMs: 4_000 },
    );
    expect(rollout.started.map(({ node, name }) => `${node}/${name}`)).to.deep.equal(['node-1/pod-a', 'node-2/pod-a']);
    expect(progress).to.deep.equal([
      '0 of 2 probes are running',
      '1 of 2 probes are running',
      '2 of 2 probes are running',
    ]);
    expect(fake?.requests).to.have.length(2);
  });

  it('does not take a pod on another node for one on a node that is waited for', async () => {
    const rollout = await wait({ ready: [2], pods: [probe('node-1'), probe('node-9')] }, { deadlineMs: 400 });
    expect(rollout.missing).to.deep.equal([
      { node: 'node-2', probe: 'pod-a', reason: 'no pod was made for this node', kind: 'other' },
    ]);
  });

  it('gives up early on an image that can’t be pulled, with the node and the kubelet’s event', async () => {
    const message = 'Failed to pull image "registry.example/node:1": not found';
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image' };
    const pods = ['node-1', 'node-2'].map((node) => probe(node, { ready: false, waiting }));
    const started = performance.now();
    const error = await rejection(
      wait(
        {
          ready: [0],
          pods,
          events: ['node-1', 'node-2'].flatMap((node) => [
            warning(node, 'Failed', message),
            warning(node, 'Failed', 'Error: ImagePullBackOff'),
          ]),
        },
        { deadlineMs: 20_000 },
      ),
    );
    expect(error).to.have.property('code', 'image-not-pulled');
    expect(error).to.have.property(
      'message',
      `The image registry.example/node:1 can't be pulled on node-1, node-2: ${message}.`,
    );
    expect(performance.now() - started).to.be.below(15_000);
  });

  it('names the admission policy that lets no pod be made', async () => {
    const events = [
      {
        metadata: {},
        type: 'Warning',
        reason: 'FailedCreate',
        message: 'Error creating: pods "pod-a-x" is forbidden: violates PodSecurity "restricted:latest"',
        involvedObject: { kind: 'DaemonSet', name: 'pod-a' },
      },
    ];
    const error = await rejection(wait({ ready: [0], pods: [], events }));
    expect(error).to.have.property('code', 'pods-refused');
    expect(error).to.have.property('message').that.contains('violates PodSecurity');
  });

  it('returns what started when the deadline passes, and the event of what did not', async () => {
    const events = [
      warning(
        'node-2',
        'FailedCreatePodSandBox',
        'failed to setup network for sandbox "7": plugin type="bridge" failed',
      ),
    ];
    const pods = [probe('node-1'), probe('node-2', { ready: false, phase: 'Pending' })];
    const rollout = await wait({ ready: [1], pods, events }, { deadlineMs: 500 });
    expect(rollout.started.map(({ node }) => node)).to.deep.equal(['node-1']);
    expect(rollout.missing).to.deep.equal([
      {
        node: 'node-2',
        probe: 'pod-a',
        reason: 'FailedCreatePodSandBox: failed to setup network for sandbox "7": plugin type="bridge" failed',
        kind: 'network',
      },
    ]);
    // Limits that admission gave it are read off it.
    expect(rollout.unready.map(({ node, pod }) => [node, pod.metadata?.name])).to.deep.equal([
      ['node-2', 'pod-a-node-2'],
    ]);
    expect(rollout.waitedMs).to.be.within(450, 10_000);
  });

  it('goes on without the nodes that can’t pull the image or get no pod, where others run', async () => {
    const refusals = [
      {
        metadata: {},
        type: 'Warning',
        reason: 'FailedCreate',
        message: 'Error creating: pods "pod-b-x" is forbidden: exceeded quota: pods',
        involvedObject: { kind: 'DaemonSet', name: 'pod-b' },
      },
    ];
    const pods = [probe('node-1'), probe('node-2', { ready: false, waiting: { reason: 'ErrImagePull' } })];
    const { started, missing, waitedMs } = await wait(
      { ready: [1], pods, events: refusals },
      { nodes: ['node-1', 'node-2', 'node-3'], deadlineMs: 20_000 },
    );
    expect(started.map(({ node }) => node)).to.deep.equal(['node-1']);
    // What is refused to another DaemonSet says nothing about this one.
    expect(missing.map(({ node, reason }) => [node, reason])).to.deep.equal([
      ['node-2', 'ErrImagePull'],
      ['node-3', 'no pod was made for this node'],
    ]);
    expect(waitedMs).to.be.below(10_000);
  });

  it('goes on with what was let in, where admission refuses only some kinds of probes, and does not wait it out', async () => {
    const refused = {
      metadata: {},
      type: 'Warning',
      reason: 'FailedCreate',
      message: 'Error creating: pods "node-x" is forbidden: host network is not for you',
      involvedObject: { kind: 'DaemonSet', name: 'node' },
    };
    const { started, missing, waitedMs, progress } = await wait(
      { ready: [2], pods: [probe('node-1'), probe('node-2')], events: [refused] },
      { names: ['pod-a', 'node'], deadlineMs: 20_000 },
    );
    expect(started).to.have.length(2);
    expect(missing.map(({ node, probe: name, reason }) => [node, name, reason])).to.deep.equal([
      ['node-1', 'node', 'pods "node-x" is forbidden: host network is not for you'],
      ['node-2', 'node', 'pods "node-x" is forbidden: host network is not for you'],
    ]);
    expect(progress.at(-1)).to.equal(
      'not all are let in so far: pods "node-x" is forbidden: host network is not for you',
    );
    expect(waitedMs).to.be.below(10_000);
  });

  const portTaken = (node: string) => {
    const labels = { 'flatnet/probe': 'node' };
    const pod = probe(node, { labels, ready: false, waiting: { reason: 'CrashLoopBackOff' } });
    const message = 'flatnet agent: EADDRINUSE: listen EADDRINUSE: address already in use 192.0.2.1:9999';
    pod.status!.containerStatuses![0]!.lastState = { terminated: { exitCode: 1, reason: 'Error', message } };
    return pod;
  };

  it('gives up soon where a process holds the port of all, and names it', async () => {
    const pods = ['node-1', 'node-2'].map(portTaken);
    const started = performance.now();
    const error = await rejection(
      wait({ ready: [0], pods }, { names: ['node'], deadlineMs: 40_000, lookAfterMs: 1_000 }),
    );
    expect(error).to.have.property('code', 'host-port-taken');
    expect(error)
      .to.have.property('message')
      .that.contains('Port 9999 is taken by another process on every node (node-1, node-2)');
    // Half as long as a container that ends for another reason is waited for.
    expect(performance.now() - started).to.be.within(2_900, 5_500);
  });

  it('goes on without the one node on which a process holds the port', async () => {
    const { started, missing } = await wait(
      { ready: [1], pods: [probe('node-1', { labels: { 'flatnet/probe': 'node' } }), portTaken('node-2')] },
      { names: ['node'] },
    );
    expect(started.map(({ node }) => node)).to.deep.equal(['node-1']);
    expect(missing).to.have.length(1);
    expect(missing[0]).to.include({ node: 'node-2', kind: 'other' });
    expect(missing[0]?.reason).to.match(/^port 9999 is taken by another process there/);
  });

  it('blames an image that can’t be pulled on its own node only, where that is a finding', async () => {
    const pods = [probe('node-1'), probe('node-2', { ready: false, waiting: { reason: 'ErrImagePull' } })];
    const { started, missing } = await wait({ ready: [1], pods }, { throws: false, deadlineMs: 500 });
    expect(started.map(({ node }) => node)).to.deep.equal(['node-1']);
    expect(missing).to.deep.equal([{ node: 'node-2', probe: 'pod-a', reason: 'ErrImagePull', kind: 'other' }]);
  });

  it('has the words of the admission policy for every node, where that is a finding', async () => {
    const message = 'pods "fresh-x" is forbidden: exceeded quota';
    const events = [
      { metadata: {}, type: 'Warning', reason: 'FailedCreate', message, involvedObject: { kind: 'DaemonSet' } },
    ];
    const { missing } = await wait({ ready: [0], pods: [], events }, { throws: false });
    expect(missing.map(({ node, reason, kind }) => [node, reason, kind])).to.deep.equal([
      ['node-1', message, 'other'],
      ['node-2', message, 'other'],
    ]);
  });

  it('stops at once when it is interrupted', async () => {
    const error = await rejection(
      wait({ ready: [0], pods: [] }, { signal: AbortSignal.timeout(100), lookAfterMs: 4_000 }),
    );
    expect(error).to.have.property('code', 'interrupted');
  });
});
