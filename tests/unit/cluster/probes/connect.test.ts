import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { connectProbes } from '../../../../lib/cluster/probes/connect.ts';
import type { Request } from '../../../../lib/conversations/index.ts';
import { podObject } from '../fake-cluster.ts';
import { startFakeExec, type FakeExec } from '../fake-exec.ts';
import { helloRecord, replyLines } from '../fake-probe.ts';

const stdout = 1;

describe('connectProbes', function () {
  this.timeout(60_000);
  let fake: FakeExec;
  afterEach(async () => fake.stop());

  /** `uids`: who answers the first hello, the second, …; null: nobody. */
  async function connect({
    handshake,
    uids = [],
    sidecars = [],
    helloDeadlineMs = 5_000,
  }: {
    handshake?: NonNullable<Parameters<typeof startFakeExec>[0]>['handshake'] | undefined;
    uids?: (string | null)[];
    sidecars?: string[];
    helloDeadlineMs?: number;
  } = {}) {
    let hellos = 0;
    fake = await startFakeExec({
      ...(handshake ? { handshake } : {}),
      onMessage: (data, { send }) => {
        const { id } = JSON.parse(data.toString()) as Request;
        const uid = uids[hellos++];
        const identity = { ...helloRecord.identity, uid: uid ?? 'uid-of-pod-a-x' };
        if (uid !== null) send(stdout, replyLines(id, [{ ...helloRecord, identity }]));
      },
    });
    const notes: string[] = [];
    const { probes, missing } = await connectProbes(connectApi(fake.target), {
      namespace: 'flatnet-1',
      started: [{ name: 'pod-a', node: 'node-1', pod: podObject('pod-a-x', { sidecars }) }],
      openDeadlineMs: 5_000,
      helloDeadlineMs,
      onNote: (note) => notes.push(note),
    });
    for (const { channel } of probes) channel.close();
    return { probes, missing, notes };
  }

  it('gives a probe that says who it is', async () => {
    const { probes, missing, notes } = await connect();
    expect(probes[0]).to.deep.include({ name: 'pod-a', kind: 'pod', node: 'node-1', pod: 'pod-a-x' });
    expect([missing, notes]).to.deep.equal([[], []]);
    expect(fake.urls).to.have.length(1);
  });

  it('tries again when a stream can’t be opened, and says so', async () => {
    const { probes, notes } = await connect({ handshake: (count) => (count < 3 ? 403 : 101) });
    expect(probes).to.have.length(1);
    expect(notes).to.deep.equal(['node-1/pod-a answered at attempt 3 of 3 (Unexpected server response: 403)']);
  });

  it('waits for a kubelet that was restarted, which does not know its pods for a moment', async () => {
    const { probes, missing, notes } = await connect({ handshake: (count) => (count < 5 ? 404 : 101) });
    expect([probes.length, missing]).to.deep.equal([1, []]);
    expect(notes).to.deep.equal(['node-1/pod-a answered at attempt 5 of 10 (Unexpected server response: 404)']);
  });

  it('tries again when no hello comes, or a stranger’s', async () => {
    const { probes, notes } = await connect({ uids: [null, 'somebody'], helloDeadlineMs: 1_000 });
    expect(probes).to.have.length(1);
    expect(notes.join()).to.contain('attempt 3 of 3 (no whole reply of node-1/pod-a to "hello"');
  });

  it('gives up after three attempts, and does not blame the network', async () => {
    const { probes, missing, notes } = await connect({ handshake: 403 });
    expect([probes, notes]).to.deep.equal([[], []]);
    expect(missing).to.deep.equal([
      { node: 'node-1', probe: 'pod-a', reason: 'Unexpected server response: 403 (3 attempts)', kind: 'other' },
    ]);
    expect(fake.urls).to.have.length(3);
  });

  it('does not use a probe into whose pod a sidecar was put, and names it', async () => {
    const { probes, missing, notes } = await connect({ sidecars: ['istio-proxy'] });
    expect(probes).to.deep.equal([]);
    expect(missing).to.have.length(1);
    expect(missing[0]).to.include({ node: 'node-1', probe: 'pod-a', kind: 'other' });
    expect(missing[0]?.reason).to.contain('"istio-proxy"');
    expect(notes.join()).to.contain('istio-proxy');
  });
});
