import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Path } from '../../../../lib/service-paths/path.ts';
import type { OpenLoopArm } from '../../../../lib/latency/open-loop/arms.ts';
import { estimateOpenLoop, type OpenLoopGroup } from '../../../../lib/latency/open-loop/estimate.ts';
import { openLoopOf, type StreamAbout } from './made-up-streams.ts';

const estimated = async (about: StreamAbout = {}): Promise<OpenLoopGroup> =>
  (await estimateOpenLoop(openLoopOf(about)))[0]!;
const armOf = ({ arms }: OpenLoopGroup, path: Path): OpenLoopArm => arms.find((arm) => arm.path === path)!;

function difference(group: OpenLoopGroup, name: string, path: Path = 'cluster-ip') {
  return group.differences.find((one) => one.name === name && one.path === path)!;
}

describe('estimates of an open loop', function () {
  this.timeout(20_000);

  it('find the jitter that was put on one way, on that way and path only, whatever the clocks say', async () => {
    const group = await estimated({ swing: { 'cluster-ip': 800 } });
    const { jitterThere, jitterBack } = armOf(group, 'cluster-ip');
    // Every packet takes 800 µs more or less than the one before.
    expect(jitterThere!.p50).to.be.within(760, 805);
    expect(jitterThere!.most).to.be.at.most(805);
    expect(jitterBack!.p50).to.be.below(5);
    expect(armOf(group, 'pod-ip').jitterThere!.p50).to.be.below(5);
    const there = difference(group, 'jitter there');
    expect([there.lower > 700, there.upper < 805, there.finding.kind]).to.deep.equal([true, true, 'at least']);
    expect(difference(group, 'jitter back').finding.kind).to.equal('below threshold');
    expect(difference(group, 'jitter there', 'node-port').finding.kind).to.equal('below threshold');
  });

  it('give no number for a difference where the control has it too', async () => {
    const group = await estimated({ swing: { 'cluster-ip': 800, control: 800 } });
    expect(difference(group, 'jitter there').finding).to.deep.equal({ kind: 'not good enough' });
  });

  it('time from the schedule as well: then the sender’s own lateness is in it', async () => {
    const group = await estimated({ lateUs: 30_000 });
    const { roundTrip, fromSchedule, variation } = armOf(group, 'cluster-ip');
    expect(roundTrip!.slowest).to.be.below(130);
    expect(fromSchedule!.slowest).to.be.within(30_120, 31_130);
    expect(variation!.slowest).to.be.below(10);
    expect(group.late.slowest).to.be.within(30_000, 31_000);
    expect(armOf(group, 'pod-ip').jitterThere!.most).to.be.below(5);
  });

  it('tell of a tail as far as there are packets for it', async () => {
    const few = armOf(await estimated({ packets: 60, pairs: 2 }), 'pod-ip').roundTrip!;
    expect([few.samples, few.p90 === null, few.p99, few.p999]).to.deep.equal([120, false, null, null]);
    expect(difference(await estimated({ packets: 60, pairs: 2 }), 'p99')).to.equal(undefined);
    const group = await estimated({ packets: 1_000, tail: { 'cluster-ip': 5_000 } });
    expect(armOf(group, 'cluster-ip').variation!.p999).to.be.within(5_000, 5_010);
    expect(difference(group, 'p99')).to.deep.include({ samples: 3_000 });
    expect(difference(group, 'p99').lower).to.be.above(4_900);
  });

  it('count what is lost, with its interval, and hear the gap that it makes', async () => {
    const group = await estimated({ lossEvery: { 'cluster-ip': 30 } });
    const { lost, packets, loss, longestGap, roundTrip } = armOf(group, 'cluster-ip');
    expect([lost, packets, roundTrip!.samples]).to.deep.equal([15, 450, 435]);
    expect([loss.lower < 1 / 30, loss.upper > 1 / 30]).to.deep.equal([true, true]);
    expect(longestGap).to.be.within(39_000, 41_200);
    expect(armOf(group, 'pod-ip').longestGap).to.be.within(20_000, 21_200);
    expect(armOf(group, 'pod-ip').lost).to.equal(0);
    expect(difference(group, 'jitter there').samples).to.equal(435);
  });

  it('go on where a path answers nothing', async () => {
    const group = await estimated({ lossEvery: { 'cluster-ip': 1 } });
    const silent = { lost: 450, roundTrip: null, jitterThere: null, longestGap: null, variation: null };
    expect(armOf(group, 'cluster-ip')).to.deep.include(silent);
    expect(group.differences).to.deep.equal([]);
  });

  it('keep places apart, and leave out a path that some pairs lack', async () => {
    const openLoop = openLoopOf({}, { where: 'same node', pairs: 1, without: ['node-port'] });
    const [other, same] = (await estimateOpenLoop(openLoop)) as [OpenLoopGroup, OpenLoopGroup];
    expect([other.where, other.pairs, other.arms.length]).to.deep.equal(['other node', 3, 4]);
    expect([same.where, same.pairs, same.arms.length]).to.deep.equal(['same node', 1, 3]);
    openLoop.streams.splice(3, 1);
    expect((await estimateOpenLoop(openLoop))[0]!.arms.map(({ path }) => path)).not.to.include('node-port');
    expect(await estimateOpenLoop({ ...openLoop, streams: [] })).to.deep.equal([]);
  });

  it('are the same for the same seed', async () => expect(await estimated()).to.deep.equal(await estimated()));
});
