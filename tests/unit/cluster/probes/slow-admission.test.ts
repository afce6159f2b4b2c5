import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import {
  letInSlowly,
  waitForRollout,
  type Rollout,
  type RolloutOptions,
} from '../../../../lib/cluster/probes/rollout.ts';
import { rejection, startFakeApi, type FakeApi } from '../fake-api.ts';
import { podObject } from '../fake-cluster.ts';

const nodes = ['node-1', 'node-2', 'node-3'];
const lookAfterMs = 100;

describe('pods that admission lets in slowly', function () {
  this.timeout(60_000);
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());

  /** A DaemonSet's controller: one pod, then two, `takesMs` for each batch; it tells its status after the last one. */
  const wait = async (
    { takesMs, events = [] }: { takesMs: number; events?: unknown[] },
    options: Partial<RolloutOptions> = {},
  ): Promise<Rollout & { progress: string[]; longestMs: number }> => {
    const progress: string[] = [];
    let longestMs = 0;
    const pods: unknown[] = [];
    const metadata = { name: 'fresh', generation: 1 };
    const tell = async (write: (event: unknown) => void): Promise<void> => {
      write({ type: 'ADDED', object: { metadata, status: {} } });
      for (const batch of [nodes.slice(0, 1), nodes.slice(1)]) {
        const asked = performance.now();
        await pause(takesMs);
        longestMs = Math.max(longestMs, performance.now() - asked);
        pods.push(...batch.map((node) => podObject(`fresh-${node}`, { node, labels: { 'flatnet/probe': 'fresh' } })));
      }
      const many = nodes.length;
      const status = {
        observedGeneration: 1,
        desiredNumberScheduled: many,
        currentNumberScheduled: many,
        numberReady: many,
      };
      write({ type: 'MODIFIED', object: { metadata, status } });
    };
    fake = await startFakeApi(({ path, url }) => {
      if (url.includes('watch=true')) return { stream: (write) => void tell(write) };
      return { json: { metadata: {}, items: path.endsWith('/events') ? events : pods } };
    });
    const rollout = await waitForRollout(connectApi(fake.target), {
      namespace: 'flatnet-1',
      names: ['fresh'],
      nodes,
      image: 'registry.example/node:1',
      deadlineMs: 20_000,
      lookAfterMs,
      throws: false,
      onProgress: (line) => progress.push(line),
      ...options,
    });
    return { ...rollout, progress, longestMs };
  };

  it('are waited for, batch after batch, and it is told how long they take', async () => {
    // Longer than what nobody makes is waited for (600 ms), shorter than an API server takes at most (1400 ms).
    const { started, missing, letInMs, progress } = await wait({ takesMs: 1_000 });
    expect(missing).to.deep.equal([]);
    expect(started.map(({ node }) => node)).to.deep.equal(nodes);
    expect(letInMs).to.be.within(1_900, 15_000);
    const slow = progress.filter((line) => line.includes('the cluster takes'));
    expect(slow[0]).to.match(
      /^0 of 3 probes are running, 0 pods are made: the cluster takes \d+ s and more to let one in$/,
    );
    expect(slow.some((line) => line.includes('1 pods are made'))).to.equal(true);
  });

  it('are not said to take longer than they do, however seldom they are looked for', async () => {
    // Looks after 1 s and 2 s: the first pod, made in between, took neither longer than it did nor no time.
    const { progress, noneMadeMs, longestMs } = await wait({ takesMs: 1_500 }, { lookAfterMs: 1_000 });
    expect(noneMadeMs).to.be.within(950, longestMs);
    const told = progress.flatMap((line) => /takes (\d+) s and more/.exec(line)?.[1] ?? []);
    expect(told).not.to.deep.equal([]);
    for (const seconds of told) expect(Number(seconds) * 1_000).to.be.at.most(longestMs);
  });

  it('are told of in the report, too, unless they are merely many', () => {
    expect(letInSlowly({ letInMs: 56_500, noneMadeMs: 11_900 })).to.equal(
      "the cluster takes 11 s and more to let a pod in (an admission webhook may take 30 s for each): the first probes' were waited for 56 s, and what the run made later had as much more time",
    );
    expect(letInSlowly({ letInMs: 75_000, noneMadeMs: 900 })).to.equal(null);
  });

  it('cost nothing where they come at once', async () => {
    const { started, letInMs, progress } = await wait({ takesMs: 1 }, { lookAfterMs: 4_000 });
    expect(started).to.have.length(3);
    expect(letInMs).to.equal(0);
    expect(progress.join()).not.to.contain('the cluster takes');
  });

  it('are left out when the deadline passes, with the reason, and more of their kind need as long', async () => {
    const { started, missing, letInMs } = await wait({ takesMs: 2_000 }, { deadlineMs: 3_000, lookAfterMs: 400 });
    expect(started.map(({ node }) => node)).to.deep.equal(['node-1']);
    const reason = 'no pod was made for this node so far: the controller had not finished';
    expect(missing.map((one) => one.reason)).to.deep.equal([reason, reason]);
    expect(letInMs).to.be.within(2_900, 15_000);
  });

  it('are given up where their controller does nothing at all', async () => {
    const { missing, waitedMs } = await wait({ takesMs: 100_000 });
    expect(missing).to.have.length(3);
    expect(waitedMs).to.be.within(1_300, 10_000);
  });

  it('are not waited for where an event says that they were refused', async () => {
    const refused = {
      metadata: {},
      type: 'Warning',
      reason: 'FailedCreate',
      message: 'Error creating: admission webhook "w.example" denied the request: no',
      involvedObject: { kind: 'DaemonSet', name: 'fresh' },
    };
    const started = performance.now();
    const error = await rejection(wait({ takesMs: 100_000, events: [refused] }, { throws: true, lookAfterMs: 1_000 }));
    expect(error).to.have.property('code', 'pods-refused');
    // Two looks: after 1 s, and 1 s later.
    expect(performance.now() - started).to.be.below(8_000);
  });
});
