import { expect } from 'chai';
import { describe, it } from 'mocha';
import { estimateOpenLoop } from '../../../../lib/latency/open-loop/estimate.ts';
import { openLoopMeasurements } from '../../../../lib/latency/open-loop/measurements.ts';
import { identityOf, measurement } from '../../../../lib/verdict/measurement.ts';
import { openLoopOf, type StreamAbout } from './made-up-streams.ts';

const measured = async (about: StreamAbout = {}) => openLoopMeasurements(await estimateOpenLoop(openLoopOf(about)));

describe('the measurements of an open loop', function () {
  this.timeout(20_000);

  it('are its estimates, each under a name and a subject of its own', async () => {
    const all = (await measured({ swing: { 'cluster-ip': 800 } })).map((one) => measurement.parse(one));
    expect(new Set(all.map(identityOf)).size).to.equal(all.length);
    const jitter = all.find(
      ({ name, subject }) => name === 'stream/jitter' && subject.path === 'cluster-ip' && subject.way === 'there',
    )!;
    expect(jitter.estimate).to.be.within(760, 805);
    const more = all.filter(
      ({ name, subject }) => name === 'stream/jitter-minus-pod-ip' && subject.path === 'cluster-ip',
    );
    expect(more.map(({ subject }) => subject.way)).to.have.members(['there', 'back']);
    expect(all.filter(({ name }) => name === 'stream/lost').map(({ estimate }) => estimate)).to.deep.equal([
      0, 0, 0, 0,
    ]);
  });

  it('leave out what so few packets cannot tell', async () => {
    const names = (await measured({ packets: 30 })).map(({ name }) => name);
    expect(names).to.include.members(['stream/round-trip/p50', 'stream/lost']);
    expect(names).not.to.include('stream/round-trip/p99');
    expect(names).not.to.include('stream/variation/p999');
  });
});
