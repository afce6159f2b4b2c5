import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { setTimeout as sleep } from 'node:timers/promises';
import { Allowance, loadLimits, noLoadsYet } from '../../../../lib/probe/load/bounds.ts';
import type { Protocol } from '../../../../lib/conversations/basics.ts';
import type { LoadRecord, LoadRequest } from '../../../../lib/conversations/load.ts';
import { median } from '../../../../lib/statistics/quantile.ts';
import { startAgent, type TestAgent } from '../agents.ts';
import { slowPath } from '../slow-path.ts';

const tag = '0123456789abcdef';
const address = '127.0.0.1';
const MiB = 1024 ** 2;

describe('a load', function () {
  this.timeout(60_000);
  let sender: TestAgent;
  let receiver: TestAgent;
  let port: number;

  before(async () => {
    [sender, receiver] = await Promise.all([startAgent('sender'), startAgent('receiver')]);
    const { records } = await receiver.request({ kind: 'load-listen', tag, forMs: 60_000 });
    expect(records.map(({ error }) => error)).to.deep.equal([null, null]);
    port = records[0]?.port ?? 0;
  });
  after(() => Promise.all([sender?.stop(), receiver?.stop()]));

  const body = (change: Partial<LoadRequest> = {}): LoadRequest => ({
    kind: 'load',
    protocol: 'TCP',
    tag,
    podIP: { address, port },
    clusterIP: { address, port },
    openMs: 1_000,
    rampMs: 2,
    countedMs: 5,
    blocks: 2,
    budgetMs: 2_000,
    budgetBytes: 512 * MiB,
    seed: 1,
    ...change,
  });

  async function loaded(change: Partial<LoadRequest>, from = sender): Promise<LoadRecord> {
    const { records, end } = await from.request(body(change));
    expect(end.error).to.equal(null);
    expect(records).to.have.length(1);
    return records[0]!;
  }

  for (const protocol of ['TCP', 'UDP'] satisfies Protocol[]) {
    it(`over ${protocol} takes a turn on each path in every block, and the receiver counts`, async () => {
      const { turns, stopped, sentBytes } = await loaded({
        protocol,
        countedMs: protocol === 'TCP' ? 5 : 20,
        budgetMs: 5_000,
      });
      expect(stopped).to.equal('blocks');
      expect(turns.map(({ block }) => block)).to.deep.equal([0, 0, 0, 1, 1, 1]);
      for (const block of [0, 1])
        expect(turns.filter((turn) => turn.block === block).map(({ path }) => path)).to.have.members([
          'pod-ip',
          'control',
          'cluster-ip',
        ]);
      for (const { sent, received, dropped, ms, sender: busy } of turns) {
        expect(sent).to.be.at.least(protocol === 'TCP' ? 1 : 0);
        // On loopback nothing is lost for good but for want of room; what was for want of room may have been of the ramp.
        expect(sent).to.be.within(received, received + dropped);
        if (received > 1) expect(ms).to.be.above(0);
        expect(busy.cpu).to.be.within(0, 1);
      }
      // One turn over UDP may be slept through on a busy machine, and sends nothing then.
      const counted = turns.reduce((sum, { sent }) => sum + sent, 0);
      for (const path of ['pod-ip', 'control', 'cluster-ip'])
        expect(Math.max(...turns.map((turn) => (turn.path === path ? turn.received : 0))), path).to.be.above(0);
      expect(sentBytes).to.be.at.least(protocol === 'TCP' ? counted : 64 * counted);
    });
  }

  it('measures over a link on which 4 MiB take longer than a turn', async () => {
    const slow = await slowPath(port, { bytesPerMs: 12_500 });
    const to = { address, port: slow.port };
    const { turns, stopped } = await loaded({ podIP: to, clusterIP: to, rampMs: 10, countedMs: 100, budgetMs: 5_000 });
    slow.close();
    expect(stopped).to.be.oneOf(['blocks', 'time']);
    expect(turns).not.to.deep.equal([]);
    // Whoever slept reads in one go what came meanwhile: not every turn has the link's rate.
    expect(median(Float64Array.from(turns, ({ received, ms }) => received / ms))).to.be.within(1_000, 20_000);
  });

  it('over a link on which one chunk takes longer than a report may, says that its time was over', async () => {
    const slow = await slowPath(port, { bytesPerMs: 500 });
    const to = { address, port: slow.port };
    const { turns, stopped } = await loaded({ podIP: to, clusterIP: to, rampMs: 10, countedMs: 30, budgetMs: 1_200 });
    slow.close();
    expect([turns, stopped]).to.deep.equal([[], 'time']);
  });

  it('ends when its bytes are sent, and when its time is over', async () => {
    const few = await loaded({ budgetBytes: 8 * MiB, countedMs: 500, blocks: 100 });
    expect(few).to.include({ stopped: 'bytes' });
    expect(few.sentBytes).to.be.at.most(8 * MiB);
    const short = await loaded({ protocol: 'UDP', budgetMs: 300, blocks: 1_000 });
    expect(short).to.include({ stopped: 'time' });
    expect(short.turns.length % 3).to.equal(0);
  });

  it('is refused when it would not be bounded, or is the second at a time', async () => {
    for (const [change, why] of [
      [{ budgetMs: loadLimits.requestMs + 1 }, /ms/],
      [{ budgetBytes: loadLimits.requestBytes + 1 }, /bytes/],
      [{ budgetBytes: 0 }, /bytes/],
      [{ countedMs: 2_000 }, /a turn of more than/],
      [{ podIP: { address: 'example.org', port: 1 } }, /IP address/],
      [{ tag: 'x' }, /tag/],
    ] as const) {
      const { records, end } = await sender.request(body(change));
      expect(records).to.deep.equal([]);
      expect(end.error).to.match(why);
    }
    const answers = await Promise.all([1, 2].map((seed) => sender.request(body({ seed, blocks: 20 }))));
    expect(answers.filter(({ end }) => /another load/.test(end.error ?? ''))).to.have.length(1);
  });

  it('says which path does not answer, also when it carries another tag', async () => {
    const closed = await sender.request(body({ clusterIP: { address, port: 1 }, openMs: 50 }));
    expect(closed.end.error).to.match(/no flow to 127\.0\.0\.1 port 1: /);
    for (const protocol of ['TCP', 'UDP'] satisfies Protocol[]) {
      const foreign = await sender.request(body({ protocol, tag: 'fedcba9876543210', openMs: 50 }));
      expect(foreign.end.error).to.match(/no flow to/);
    }
  });

  for (const protocol of ['TCP', 'UDP'] satisfies Protocol[]) {
    it(`over ${protocol} stops at once when the channel it was asked by is closed`, async () => {
      const lonely = await startAgent('lonely');
      try {
        const answer = lonely.request(
          body({ protocol, countedMs: 900, blocks: 10, budgetMs: 5_000, budgetBytes: 4096 * MiB }),
        );
        await sleep(200);
        lonely.hangUp();
        const { records, end } = await answer;
        const [record] = records;
        // On a busy machine it had not even begun.
        expect(record?.stopped ?? end.error).to.match(/^unwanted$|no flow to/);
        // It ended within a turn: the first block alone takes longer than the channel was open.
        expect(record?.turns ?? []).to.deep.equal([]);
      } finally {
        await lonely.stop();
      }
    });
  }

  for (const protocol of ['TCP', 'UDP'] satisfies Protocol[]) {
    it(`over ${protocol} asks before every write whether it is still wanted`, async () => {
      const { load } = await import('../../../../lib/probe/load/load.ts');
      let asked = 0;
      const wanted = (): boolean => (asked += 1) <= 40;
      const request = body({ protocol, countedMs: 900, blocks: 10, budgetMs: 5_000 });
      const { stopped, turns } = await load(request, { attended: wanted, soFar: noLoadsYet() });
      expect([stopped, turns]).to.deep.equal(['unwanted', []]);
      // Once or twice in each of the ways out.
      expect(asked).to.be.below(60);
    });
  }

  it('of all requests together is bounded in an agent’s life', async () => {
    const soFar = noLoadsYet();
    const whole = { budgetMs: loadLimits.requestMs, budgetBytes: loadLimits.requestBytes };
    for (let left: number = loadLimits.agentBytes; left > 0; left -= loadLimits.requestBytes) {
      const allowance = new Allowance(whole, soFar);
      expect(() => new Allowance(whole, soFar)).to.throw('another load');
      expect(allowance.exceededBy({ ms: 0, bytes: loadLimits.requestBytes + 1 })).to.equal('bytes');
      expect(allowance.exceededBy({ ms: loadLimits.requestMs + 1, bytes: 0 })).to.equal('time');
      allowance.spend(loadLimits.requestBytes);
      allowance.close();
    }
    expect(() => new Allowance(whole, soFar)).to.throw('as much as it may');
  });
});
