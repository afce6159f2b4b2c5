import { expect } from 'chai';
import { assert as check, integer, property, record } from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { makeAnswer, numberOf } from '../../../../lib/probe/measuring/packet.ts';
import { seededRandom } from '../../../../lib/probe/measuring/random.ts';
import { scheduleOf } from '../../../../lib/probe/open-loop/schedule.ts';
import type { OpenLoopRecord, OpenLoopRequest } from '../../../../lib/conversations/open-loop.ts';
import { startAgent, type TestAgent } from '../agents.ts';

const tag = '0123456789abcdef';
const address = '127.0.0.1';

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');
const int32s = (base64: string): number[] =>
  Array.from({ length: bytesOf(base64).length / 4 }, (_, at) => bytesOf(base64).readInt32LE(4 * at));
const doubles = (base64: string): number[] =>
  Array.from({ length: bytesOf(base64).length / 8 }, (_, at) => bytesOf(base64).readDoubleLE(8 * at));

describe('the schedule of an open loop', () => {
  const options = record({
    flows: integer({ min: 1, max: 16 }),
    packets: integer({ min: 1, max: 80 }),
    intervalMs: integer({ min: 1, max: 40 }),
    turnPackets: integer({ min: 1, max: 30 }),
    seed: integer(),
  });

  it('has each packet of each flow once, within its interval, evenly apart, in the order of time', () => {
    check(
      property(options, ({ seed, ...shape }) => {
        const { flows, packets, intervalMs } = shape;
        const dues = [...scheduleOf({ ...shape, random: seededRandom(seed) })];
        expect(new Set(dues.map(({ flow, packet }) => `${flow} ${packet}`)).size).to.equal(flows * packets);
        for (const [n, { packet, atUs }] of dues.entries()) {
          expect(packet).to.equal(Math.floor(n / flows));
          expect(atUs).to.be.closeTo((1000 * intervalMs * n) / flows, 0.51);
        }
      }),
    );
  });

  it('gives every flow every place in turn', () => {
    const random = seededRandom(3);
    const dues = [...scheduleOf({ flows: 4, packets: 1_000, intervalMs: 20, turnPackets: 1, random })];
    const first = [0, 1, 2, 3].map((flow) => dues.filter((due, n) => n % 4 === 0 && due.flow === flow).length);
    for (const count of first) expect(count).to.be.within(180, 320);
  });
});

describe('an open loop', function () {
  this.timeout(60_000);
  let sender: TestAgent;
  let echo: TestAgent;
  let port: number;

  before(async () => {
    [sender, echo] = await Promise.all([startAgent('sender'), startAgent('echo', { addresses: '127.0.0.1,::1' })]);
    const { records } = await echo.request({ kind: 'echo-listen', port: 0, tag, forMs: 60_000 });
    port = records[1]?.port ?? 0;
  });
  after(() => Promise.all([sender?.stop(), echo?.stop()]));

  async function run(change: Partial<OpenLoopRequest> = {}): Promise<{ told: OpenLoopRecord[]; error: string | null }> {
    const { records, end } = await sender.request({
      kind: 'open-loop',
      tag,
      flows: [
        { address, port },
        { address, port },
        { address: '::1', port },
      ],
      packets: 30,
      leadIn: 3,
      intervalMs: 10,
      turnPackets: 10,
      seed: 5,
      timeoutMs: 2_000,
      ...change,
    });
    return { told: records, error: end.error };
  }

  it('tells of each flow when each packet was due, how late it left, and when it was answered by both clocks', async () => {
    const { told, error } = await run();
    expect(error).to.equal(null);
    expect(told).to.have.length(3);
    for (const one of told) {
      expect(one).to.include({ packets: 30, duplicates: 0, tooLate: 0, error: null, port });
      const scheduled = int32s(one.scheduledUs);
      expect(scheduled[0]).to.be.within(30_000, 37_000);
      expect(scheduled[29]! - scheduled[0]!).to.be.within(283_000, 297_000);
      expect(Math.min(...int32s(one.lateNs))).to.be.at.least(0);
      const roundTrips = int32s(one.roundTripNs);
      expect(Math.min(...roundTrips)).to.be.above(1_000);
      const stamps = doubles(one.responderNs);
      expect(stamps.toSorted((a, b) => a - b)).to.deep.equal(stamps);
      // A stamp lies between a packet's leaving and its coming back, however late it left.
      const left = int32s(one.lateNs).map((late, n) => 1000 * scheduled[n]! + late);
      for (const [n, stamp] of stamps.entries())
        expect(stamp - stamps[0]! - (left[n]! - left[0]!)).to.be.within(-roundTrips[0]!, roundTrips[n]!);
    }
  });

  describe('to an echo that keeps some, says some twice, and some too late', () => {
    let odd: Socket;
    const late = new Set<NodeJS.Timeout>();
    before(async () => {
      odd = createSocket('udp4').on('message', (packet, from) => {
        const fate = numberOf(packet) % 10;
        if (fate === 0 || !makeAnswer(packet, Buffer.from(tag))) return;
        const say = (): void => odd.send(packet, from.port, from.address);
        if (fate === 2) return void late.add(setTimeout(say, 1_700));
        say();
        if (fate === 1) say();
      });
      odd.bind(0, address);
      await once(odd, 'listening');
    });
    after(() => {
      for (const timer of late) clearTimeout(timer);
      odd.close();
    });

    it('counts them as lost, once, and as lost', async () => {
      const flows = [{ address, port: odd.address().port }];
      const { told } = await run({ flows, leadIn: 10, packets: 40, intervalMs: 30, timeoutMs: 1_500 });
      const lost = int32s(told[0]!.roundTripNs).flatMap((ns, packet) => (ns === -1 ? [packet % 10] : []));
      expect(lost).to.deep.equal([0, 2, 0, 2, 0, 2, 0, 2]);
      expect(told[0]!.duplicates).to.equal(4);
      expect(told[0]!.tooLate).to.be.within(1, 4);
      expect(doubles(told[0]!.responderNs).filter((stamp) => Number.isNaN(stamp))).to.have.length(8);
    });
  });

  it('does not wait: where nobody answers it takes as long, and all are lost', async () => {
    const { told } = await run({ flows: [{ address, port: 1 }], timeoutMs: 50 });
    expect(int32s(told[0]!.roundTripNs)).to.deep.equal(Array(30).fill(-1));
    expect(told[0]!.error).to.equal('ECONNREFUSED');
  });

  it('refuses what would not be bounded', async () => {
    const end = { address, port };
    for (const [change, reason] of [
      [{ packets: 1e6 }, /longer than/],
      [{ intervalMs: 0.1, packets: 10 }, /packets\/s/],
      [{ flows: [] }, /flows/],
      [{ flows: [{ ...end, address: 'example' }] }, /not an IP address/],
      [{ tag: 'x' }, /tag/],
      [{ packets: 1.5 }, /not a number of packets/],
      [{ timeoutMs: 60_000 }, /timeout/],
    ] as const)
      expect((await run(change as Partial<OpenLoopRequest>)).error, String(reason)).to.match(reason);
  });
});
