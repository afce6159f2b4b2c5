import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Protocol } from '../../../../lib/conversations/basics.ts';
import type { MeasureRecord, MeasureRequest } from '../../../../lib/conversations/closed-loop.ts';
import { startAgent, type TestAgent } from '../agents.ts';

const tag = '0123456789abcdef';
const address = '127.0.0.1';

describe('a measurement', function () {
  this.timeout(60_000);
  let dialler: TestAgent;
  let echo: TestAgent;
  let port: number;

  before(async () => {
    [dialler, echo] = await Promise.all([startAgent('dialler'), startAgent('echo')]);
    const { records } = await echo.request({ kind: 'echo-listen', port: 0, tag, forMs: 60_000 });
    expect(records.map(({ error }) => error)).to.deep.equal([null, null]);
    port = records[0]?.port ?? 0;
  });
  after(() => Promise.all([dialler?.stop(), echo?.stop()]));

  function request(protocol: Protocol, change: Partial<MeasureRequest> = {}): MeasureRequest {
    const end = { address, port };
    return {
      kind: 'measure',
      protocol,
      tag,
      podIP: end,
      services: [
        { clusterIP: end, nodePort: end },
        { clusterIP: end, nodePort: end },
      ],
      warmUp: { exchanges: 5, samples: 20 },
      regimes: [
        { idleMs: 0, blocks: 30, budgetMs: 10_000 },
        { idleMs: 2, blocks: 3, budgetMs: 10_000 },
      ],
      narrowEnough: null,
      seed: 7,
      sourcePorts: { from: 12_000, to: 12_999 },
      timeoutMs: 1_000,
      ...change,
    };
  }

  for (const protocol of ['UDP', 'TCP'] satisfies Protocol[]) {
    it(`samples every cell of every block over ${protocol}, in random order, none lost`, async () => {
      const { records, end } = await dialler.request(request(protocol));
      expect(end.error).to.equal(null);
      const [dense, paced] = records as [MeasureRecord, MeasureRecord];
      expect([dense.blocks, paced.blocks, dense.stopped, paced.idleMs]).to.deep.equal([30, 3, 'blocks', 2]);
      expect(dense.cells).to.have.length(8);
      expect(dense.lost).to.deep.equal(Array(8).fill(0));
      const bytes = Buffer.from(dense.ns, 'base64');
      const ns = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32LE(4 * at));
      expect(ns).to.have.length(240);
      expect(Math.min(...ns)).to.be.above(1_000);
      const order = [...Buffer.from(dense.order, 'base64')];
      for (let block = 0; block < 30; block += 1)
        expect(order.slice(8 * block, 8 * block + 8).toSorted((a, b) => a - b)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(new Set(Array.from({ length: 30 }, (_, block) => order[8 * block])).size).to.be.above(3);
      expect([...Buffer.from(dense.services, 'base64')].slice(0, 4)).to.deep.equal([0, 1, 0, 1]);
      expect(paced.durationMs).to.be.at.least(3 * 8 * 2);
      expect(dense.sourcePortsUsed).to.equal(120);
    });
  }

  it('never takes a source port twice, and stops when none is left', async () => {
    const change = { sourcePorts: { from: 13_000, to: 13_029 }, warmUp: { exchanges: 1, samples: 8 } };
    const [first] = (await dialler.request(request('UDP', change))).records;
    expect(first).to.include({ stopped: 'ports', blocks: 6 });
    const again = await dialler.request(request('UDP', change));
    expect(again.end.error).to.match(/NoPortLeft|source port/);
  });

  it('ends early when the medians are known well enough, and at its budget of time', async () => {
    const sourcePorts = { from: 14_000, to: 19_000 };
    const wide = { narrowEnough: { ns: 1e9, ofMedian: 0 }, regimes: [{ idleMs: 0, blocks: 2_000, budgetMs: 30_000 }] };
    const [narrow] = (await dialler.request(request('UDP', { sourcePorts, ...wide }))).records;
    expect(narrow).to.include({ stopped: 'narrow', blocks: 200 });
    const short = { regimes: [{ idleMs: 5, blocks: 2_000, budgetMs: 200 }] };
    const [late] = (await dialler.request(request('UDP', { sourcePorts, ...short }))).records;
    expect(late).to.include({ stopped: 'time' });
  });

  it('says which path does not answer, and measures nothing then', async () => {
    const closed = { clusterIP: { address, port: 1 }, nodePort: null };
    const { records, end } = await dialler.request(request('TCP', { services: [closed] }));
    expect(records).to.deep.equal([]);
    expect(end.error).to.match(/127\.0\.0\.1 port 1 \(cluster-ip\)/);
  });

  it('counts what is lost, and gives up on a path that answers nothing', async () => {
    const change = { tag: 'fedcba9876543210', timeoutMs: 5, warmUp: { exchanges: 0, samples: 0 } };
    const [first] = (await dialler.request(request('UDP', { ...change, sourcePorts: { from: 19_001, to: 19_999 } })))
      .records;
    expect(first).to.include({ stopped: 'lost', blocks: 10 });
    expect(first!.lost).to.deep.equal(Array(8).fill(10));
  });

  it('waits for an echo, and tells how long it took and where there is none', async () => {
    const asked = async (ports: Record<Protocol, number>, deadlineMs: number): Promise<boolean[]> => {
      const targets = (['UDP', 'TCP'] as const).map((protocol) => ({ protocol, address, port: ports[protocol] }));
      const { records } = await dialler.request({ kind: 'await-echo', targets, tag, deadlineMs });
      return records.map(({ afterMs }) => afterMs !== null);
    };
    expect(await asked({ UDP: port, TCP: port }, 30_000)).to.deep.equal([true, true]);
    expect(await asked({ UDP: 1, TCP: 1 }, 300)).to.deep.equal([false, false]);
  });

  it('tells what the kernel tracks and which links there are, loopback aside', async () => {
    const [record] = (await dialler.request({ kind: 'kernel' })).records;
    expect(record).to.have.property('kind', 'kernel');
    expect(record!.links.map(({ name }) => name)).not.to.include('lo');
  });

  it('refuses what would not be bounded', async () => {
    const { end } = await dialler.request(request('UDP', { regimes: [{ idleMs: 0, blocks: 1e6, budgetMs: 1 }] }));
    expect(end.error).to.match(/more than/);
  });
});
