import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decodeStream } from '../../../../lib/latency/open-loop/decode.ts';
import { openLoopCsv } from '../../../../lib/latency/open-loop/csv.ts';
import { openLoopData } from '../../../../lib/latency/open-loop/data.ts';
import { estimateOpenLoop } from '../../../../lib/latency/open-loop/estimate.ts';
import type { OpenLoop } from '../../../../lib/latency/open-loop/measured.ts';
import { openLoopLines } from '../../../../lib/latency/open-loop/table.ts';
import { lossFrom, tailFrom } from '../../../../lib/latency/open-loop/where.ts';
import { voiceWords } from '../../../../lib/latency/open-loop/voice.ts';
import type { OpenLoopRecord } from '../../../../lib/conversations/open-loop.ts';
import { openLoopOf, type StreamAbout } from './made-up-streams.ts';

const everywhere = { 'pod-ip': 9_000, control: 9_000, 'cluster-ip': 9_000, 'node-port': 9_000 };
const groupsOf = (...places: StreamAbout[]) => estimateOpenLoop(openLoopOf(...places));
const estimatedOf = async (openLoop: OpenLoop) => ({ openLoop, groups: await estimateOpenLoop(openLoop) });
const voice = async (...places: StreamAbout[]): Promise<string> => voiceWords(await estimatedOf(openLoopOf(...places)));

describe('where a tail comes from', function () {
  this.timeout(60_000);

  it('is the Service only where the pod IP has none', async () =>
    expect(tailFrom(await groupsOf({ packets: 1_000, tail: { 'cluster-ip': 9_000 } }))).to.match(/the Service's$/));

  it('is not the Service where the pod IP has it too and the difference is below the threshold', async () => {
    expect(tailFrom(await groupsOf({ tail: everywhere }))).to.equal("the pod IP has it too; not the Service's");
    expect(tailFrom(await groupsOf({ tail: everywhere }, { where: 'same node', tail: everywhere }))).to.include(
      "look at the nodes' load",
    );
    expect(tailFrom(await groupsOf({ tail: everywhere }, { where: 'same node' }))).to.include(
      'look at the network between nodes',
    );
  });

  it('is partly the Service where it adds to that of the pod IP', async () => {
    const partly = (tail: number) =>
      groupsOf({ packets: 1_000, tail: { 'pod-ip': tail, control: tail, 'cluster-ip': 5_000 } });
    for (const [tail, words] of [
      [3_000, /^the pod IP has part of it \(3\.0 ms\); the ClusterIP adds at least 2\.0 ms$/],
      [1_000, /^the pod IP has part of it \(1\.0 ms\); the ClusterIP adds at least 4\.0 ms$/],
    ] as const)
      expect(tailFrom(await partly(tail))).to.match(words);
  });

  it('does not clear the Service where its part is not known', async () => {
    const groups = await groupsOf({ tail: everywhere });
    const p99 = groups[0]!.differences.find(({ name }) => name === 'p99')!;
    Object.assign(p99, { upper: 4_000, finding: { kind: 'undecided', resolution: 4_000 } });
    expect(tailFrom(groups)).to.equal('the pod IP has it too; the ClusterIP may add up to 4.0 ms');
    groups[0]!.differences = [];
    expect(tailFrom(groups)).to.equal('the pod IP has it too; too few packets to tell what the ClusterIP adds');
  });

  it('is not told where the control alone has it too', async () => {
    const groups = await groupsOf({ tail: { 'cluster-ip': 9_000, control: 9_000 } });
    const p99 = groups[0]!.differences.find(({ name }) => name === 'p99')!;
    p99.finding = { kind: 'not good enough' };
    expect(tailFrom(groups)).to.match(/; the instrument is not good enough here to tell what the ClusterIP adds$/);
    groups[0]!.arms.find(({ path }) => path === 'control')!.variation = null;
    expect(tailFrom(groups)).to.match(/^the instrument is not good enough here to tell the ClusterIP from the pod IP/);
  });

  it('is the instrument where it was late itself and the pod IP has it too', async () =>
    expect(tailFrom(await groupsOf({ tail: everywhere, lateUs: 8_000 }))).to.include('the probe itself was late'));

  it('is the Service where the pod IP has none, however late the sender was', async () =>
    expect(tailFrom(await groupsOf({ packets: 1_000, tail: { 'cluster-ip': 100_000 }, lateUs: 60_000 }))).to.equal(
      "the pod IP has no such tail: the Service's",
    ));

  it('is not told of few packets', async () =>
    expect(tailFrom(await groupsOf({ tail: { 'cluster-ip': 9_000 }, packets: 60, pairs: 1 }))).to.include(
      'too few packets',
    ));
});

describe('where loss comes from', function () {
  this.timeout(60_000);

  it('is the Service where it loses more than the pod IP, interval included', async () => {
    expect(lossFrom(await groupsOf({ lossEvery: { 'cluster-ip': 20 } }))).to.equal(
      "by pod IP 0 of 900 are lost: the Service's",
    );
    // 6 of 450 against 0 of 900: the two intervals overlap, that of the difference excludes 0.
    expect(lossFrom(await groupsOf({ lossEvery: { 'cluster-ip': 75 } }))).to.equal(
      "by pod IP 0 of 900 are lost: the Service's",
    );
    expect(lossFrom(await groupsOf({ lossEvery: { 'cluster-ip': 5, 'pod-ip': 20, control: 20 } }))).to.match(
      /^by pod IP 48 of 900 are lost, by ClusterIP 90 of 450, at least 11 percentage points more: the Service's$/,
    );
  });

  it('is not the Service alone where the pod IP loses as much', async () =>
    expect(lossFrom(await groupsOf({ lossEvery: { 'cluster-ip': 20, 'pod-ip': 20, control: 20 } }))).to.equal(
      'by pod IP 48 of 900 are lost: the pod IP loses it too',
    ));

  it('is not told of few packets', async () =>
    expect(lossFrom(await groupsOf({ pairs: 2, lossEvery: { 'cluster-ip': 150 } }))).to.equal(
      'by pod IP 0 of 600 are lost: too few packets to tell',
    ));
});

describe('the answer to "VoIP or gaming?"', function () {
  this.timeout(60_000);

  it('has figures with intervals, limits and their source, and what so few packets can not show', async () => {
    const text = await voice({}, { where: 'same node' });
    expect(text).to.match(
      /^at 50 packets\/s of 172 bytes through the ClusterIP to another node: jitter 0\.00\d ms \(95 %/,
    );
    expect(text).to.include('0 of 450 lost (95 %: up to 0.85 %)');
    expect(text).to.include('ITU-T Y.1541 class 0 allows 50 ms and 0.1 % one way');
    expect(text).to.include('both ways together never vary more (less takes 2995 packets to show)');
    expect(text).to.include('lose none (less than the limit takes 3838 packets to show)');
    expect(text).not.to.match(/the tail:|the loss:/);
  });

  it('with enough packets says so without a reserve', async () => {
    const text = await voice({ packets: 1_300 });
    expect(text).to.match(
      /99\.9 % of round trips within 0\.00\d ms above the fastest \(95 %: 0\.00\d to 0\.00\d; by pod IP/,
    );
    expect(text).to.match(/both ways together vary less and lose less$/);
  });

  it('says "more" or "less" only by the bounds of p99.9', async () => {
    const estimated = await estimatedOf(openLoopOf({}));
    const service = estimated.groups[0]!.arms.find(({ path }) => path === 'cluster-ip')!;
    const said = (variationP999: { lower: number | null; upper: number | null }, slowest = 60_000): string => {
      Object.assign(service, { variationP999, variation: { ...service.variation, p999: 40_000, slowest } });
      return voiceWords(estimated);
    };
    expect(said({ lower: 30_000, upper: 60_000 })).to.include('together may vary more');
    expect(said({ lower: 51_000, upper: null })).to.include('together vary more');
    expect(said({ lower: 30_000, upper: 49_000 })).to.include('together vary less');
    expect(said({ lower: 30_000, upper: null }, 40_000)).to.include('together never vary more');
  });

  it('has no interval of the jitter where one pair has too few packets', async () =>
    expect(await voice({ pairs: 1 })).to.match(
      /jitter 0\.00\d ms there and 0\.00\d ms back \(too few packets for an interval; by pod IP/,
    ));

  it('says where it comes from when a limit is passed', async () => {
    const far = { 'pod-ip': 80_000, control: 80_000, 'cluster-ip': 80_000 };
    expect(await voice({ tail: far })).to.match(/vary more .*; the tail: the pod IP has it too/);
    expect(await voice({ lossEvery: { 'cluster-ip': 20 } })).to.match(/lose more; the loss: by pod IP 0 of 900/);
    expect(await voice({ lossEvery: { 'cluster-ip': 1 } })).to.include('the ClusterIP does not answer');
  });

  it('says why there is none', async () =>
    expect(voiceWords({ openLoop: { ...openLoopOf(), remarks: ['the stream was lost'] }, groups: [] })).to.equal(
      'not measured: the stream was lost',
    ));
});

describe('what is shown and kept of an open loop', function () {
  this.timeout(60_000);

  it('is a row for each place, columns under each other', async () => {
    const places = [
      { tail: { 'cluster-ip': 9_000 } },
      { where: 'same node', pairs: 1, without: ['node-port'] },
    ] as const;
    const openLoop = openLoopOf(...(places as unknown as StreamAbout[]));
    const lines = openLoopLines(await estimatedOf(openLoop));
    expect(lines).to.have.length(6);
    expect(lines[3]).to.match(/^other node +450 +12\d \/ 12\d \/ 12\d +/);
    expect(lines[4]).to.match(/^same node +150 +12\d \/ 12\d \/ – +– \/ – \/ –/);
    expect(lines[3]!.length).to.be.below(150);
    expect(lines[5]).to.match(
      /^ClusterIP minus pod IP, other node: jitter there .*; jitter back .*; p99 .*; the tail: /,
    );
    expect(lines[5]!.match(/could have seen \S+ µs or more/g)).to.have.length(3);
    expect(openLoopLines({ openLoop, groups: [] })).to.deep.equal([]);
  });

  it('is a line for each packet, with a head that says what it is', async () => {
    const openLoop = openLoopOf({ packets: 10, pairs: 1, lossEvery: { 'cluster-ip': 5 } });
    const lines = openLoopCsv(openLoop).trimEnd().split('\n');
    const rows = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(','));
    expect(rows).to.have.length(1 + 40);
    for (const row of rows) expect(row).to.have.length(rows[0]!.length);
    expect(rows.filter((row) => row.at(-1) === '')).to.have.length(2);
    for (const column of ['scheduled_us', 'late_ns', 'round_trip_ns', 'responder_ns'])
      expect(lines.some((line) => line.startsWith('#') && line.includes(column))).to.equal(true);
  });

  it('is small in report.json: the packets are beside it', async () => {
    const openLoop = openLoopOf({ packets: 1_000 });
    expect(JSON.stringify(openLoopData(await estimatedOf(openLoop))).length).to.be.below(20_000);
  });
});

describe('a stream as a probe tells it', () => {
  const base64 = (numbers: Int32Array | Uint32Array | Float64Array): string =>
    Buffer.from(numbers.buffer).toString('base64');
  const record: OpenLoopRecord = {
    kind: 'open-loop',
    address: '127.0.0.1',
    port: 1,
    packets: 2,
    scheduledUs: base64(Uint32Array.of(100_000, 3_000_000_000)),
    lateNs: base64(Int32Array.of(5, 2_147_483_647)),
    roundTripNs: base64(Int32Array.of(-1, 90_000)),
    responderNs: base64(Float64Array.of(NaN, 2 ** 40)),
    duplicates: 0,
    tooLate: 1,
    error: null,
    longestStallMs: 0,
    throttledMs: null,
  };
  const about = { where: 'other node', from: 'a', to: 'b', path: 'pod-ip' } as const;

  it('is unpacked, lost packets as null', async () =>
    expect(decodeStream(record, about).packets).to.deep.equal([
      { scheduledUs: 100_000, lateNs: 5, roundTripNs: null, responderNs: null },
      { scheduledUs: 3_000_000_000, lateNs: 2_147_483_647, roundTripNs: 90_000, responderNs: 2 ** 40 },
    ]));

  it('is refused when its numbers are not as many as announced', async () =>
    expect(() => decodeStream({ ...record, packets: 3 }, about)).to.throw('not as many'));
});
