import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cutOffOf } from '../../../../lib/probe/dial/cut-off.ts';
import { dialFlows } from '../../../../lib/probe/dial/flows.ts';
import type { Dial, DialRecord } from '../../../../lib/conversations/dial.ts';

const who = { pod: 'pod-a', uid: 'u', node: 'node-2', instance: 'i' };
const tcp: Dial = {
  nonce: 'n',
  protocol: 'TCP',
  address: '198.18.2.2',
  port: 80,
  timeoutMs: 3_000,
  flows: 4,
  intervalMs: 1,
};

/** The n-th flow as it would have gone on a healthy network, from port 50,000 + n. */
function sound(flow: Dial, n: number): DialRecord {
  const local = { address: '198.18.1.2', port: flow.sourcePort || 50_000 + n };
  const sent = flow.datagrams ?? 1;
  return {
    kind: 'dial',
    nonce: flow.nonce,
    outcome: 'delivered',
    attempts: flow.protocol === 'TCP' ? 1 : sent,
    answered: flow.protocol === 'TCP' ? 1 : sent,
    firstAnswerMs: 2 + n,
    connectMs: flow.protocol === 'TCP' ? 1 + n : null,
    lostSyns: 0,
    failed: null,
    failedPorts: [],
    local,
    views: [{ who, local: { address: flow.address, port: flow.port }, peer: local }],
    error: null,
  };
}

async function dialled(dial: Dial, change: (n: number) => Partial<DialRecord> = () => ({})) {
  const flows: Dial[] = [];
  const record = await dialFlows(dial, async (flow) => {
    const n = flows.push(flow) - 1;
    return { ...sound(flow, n), ...change(n) };
  });
  return { record, flows };
}

const silent: Partial<DialRecord> = {
  outcome: 'timeout',
  answered: 0,
  views: [],
  firstAnswerMs: null,
  connectMs: null,
};

describe('a dial of several flows', () => {
  it('makes a connection each, the first from the port that is asked for', async () => {
    const { record, flows } = await dialled({ ...tcp, sourcePort: 45_000 });
    expect(flows.map(({ sourcePort }) => sourcePort)).to.deep.equal([45_000, 0, 0, 0]);
    expect(record).to.include({
      outcome: 'delivered',
      attempts: 4,
      answered: 4,
      failed: null,
      firstAnswerMs: 2,
      connectMs: 4,
    });
    expect(record.views).to.have.length(1);
    expect(record.local?.port).to.equal(record.views[0]?.peer.port);
  });

  it('shares datagrams among sockets', async () => {
    const { record, flows } = await dialled({ ...tcp, protocol: 'UDP', datagrams: 40, flows: 4 });
    expect(flows.map(({ datagrams }) => datagrams)).to.deep.equal([10, 10, 10, 10]);
    expect(record).to.include({ attempts: 40, answered: 40 });
  });

  it('takes another port where the first can’t be had', async () => {
    const { record, flows } = await dialled({ ...tcp, sourcePort: 45_000 }, (n) =>
      n === 0 ? { outcome: 'inconclusive', error: 'EADDRINUSE', attempts: 0, answered: 0, connectMs: null } : {},
    );
    expect(flows).to.have.length(5);
    expect(record).to.include({ outcome: 'delivered', attempts: 4, answered: 4 });
  });

  it('is delivered when any flow is, and names the ports of those that are not', async () => {
    const { record } = await dialled(tcp, (n) => (n === 2 ? { ...silent, attempts: 2, lostSyns: 1 } : {}));
    expect(record).to.include({ outcome: 'delivered', attempts: 5, answered: 3, failed: 'timeout' });
    expect(record.failedPorts).to.deep.equal([50_002]);
  });

  it('counts SYNs that had to be sent again as lost', async () => {
    const { record } = await dialled(tcp, () => ({ attempts: 2, lostSyns: 1, connectMs: 1_010 }));
    expect(record).to.include({ attempts: 8, answered: 4, lostSyns: 4, connectMs: 1_010 });
  });

  it('fails as most of its flows do', async () => {
    const { record } = await dialled(tcp, (n) => (n === 0 ? silent : { ...silent, outcome: 'refused' }));
    expect(record.outcome).to.equal('refused');
  });

  it('speaks by the flow that was translated, where one was', async () => {
    const { record } = await dialled(tcp, (n) =>
      n === 1
        ? { views: [{ who, local: { address: tcp.address, port: 80 }, peer: { address: '198.18.0.9', port: 50_001 } }] }
        : {},
    );
    expect(record.local?.port).to.equal(50_001);
    expect(record.views[0]?.peer.address).to.equal('198.18.0.9');
  });

  it('tells of another responder, and of damage, whichever flow met it', async () => {
    const { record } = await dialled(tcp, (n) =>
      n === 3
        ? {
            views: [
              {
                who: { ...who, uid: 'another' },
                local: { address: tcp.address, port: 80 },
                peer: { address: '198.18.1.2', port: 50_003 },
              },
            ],
          }
        : {},
    );
    expect(record.views.map((view) => view.who.uid)).to.deep.equal(['u', 'another']);
    expect((await dialled(tcp, (n) => (n === 1 ? { outcome: 'corrupted' } : {}))).record.outcome).to.equal('corrupted');
  });

  it('tells how many flows were cut off, and after how much', async () => {
    const cut = (answered: number): Partial<DialRecord> => ({
      answered,
      cutOff: { flows: 1, fewest: answered, most: answered, lost: 5 - answered },
    });
    const { record } = await dialled({ ...tcp, protocol: 'UDP', datagrams: 20 }, (n) => (n < 2 ? cut(2 + n) : {}));
    expect(record.cutOff).to.deep.equal({ flows: 2, fewest: 2, most: 3, lost: 5 });
    expect((await dialled({ ...tcp, protocol: 'UDP', datagrams: 20 })).record).not.to.have.property('cutOff');
  });
});

describe('a flow', () => {
  const after = (answered: number[], sent = 20): number | null => cutOffOf(new Set(answered), { sent })?.most ?? null;

  it('is cut off where its first datagrams are answered, and from one on none', () => {
    expect(after([0, 2, 1, 3])).to.equal(4);
    expect(after([0])).to.equal(1);
    expect(after([0, 1, 2, 4])).to.equal(null);
    expect(after([1, 2, 3])).to.equal(null);
  });

  it('is cut off as well where few were lost before, if very many are not answered after', () => {
    const some = (every: number): number[] => Array.from({ length: 30 }, (_, n) => n).filter((n) => n % every !== 1);
    expect(after(some(10), 80)).to.equal(30);
    expect(after(some(10), 45)).to.equal(null);
    expect(after(some(3), 80)).to.equal(null);
  });

  it('is not where chance might look alike', () => {
    expect(after([])).to.equal(null);
    expect(after(Array.from({ length: 18 }, (_, n) => n))).to.equal(null);
    expect(after([0, 1, 2], 7)).to.equal(null);
  });
});
