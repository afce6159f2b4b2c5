import { expect } from 'chai';
import { describe, it } from 'mocha';
import { estimateGroup, type Group } from '../../../../lib/latency/closed-loop/estimate.ts';
import { closedLoopMeasurements } from '../../../../lib/latency/closed-loop/measurements.ts';
import { differenceOf, regimeWords } from '../../../../lib/latency/closed-loop/words.ts';
import { identityOf, type Measurement, type Subject } from '../../../../lib/verdict/measurement.ts';
import { made, type Costs } from './made-up.ts';

const programmed = [{ from: 'node-1', slowestMs: 320, paths: 8 }];

/** What is measured where these costs were put, and one measurement of it, by its name and subject. */
function measured(costs: Costs = {}): {
  group: Group;
  all: Measurement[];
  one: (name: string, of: Subject) => Measurement;
} {
  const group = estimateGroup([made(costs)], { seed: 11 })!;
  const all = closedLoopMeasurements({ programmed }, [group]);
  const place = { where: group.where, protocol: group.protocol, regime: regimeWords(group) };
  const byId = new Map(all.map((found) => [identityOf(found), found]));
  return { group, all, one: (name, of) => byId.get(identityOf({ name, subject: { ...place, ...of } }))! };
}

describe('the measurements of the closed loop', () => {
  it('are the estimates of the table, each under a name and a subject of its own', () => {
    const { group, all, one } = measured();
    expect(new Set(all.map(identityOf)).size).to.equal(all.length);
    const { control, finding: _, ...cost } = differenceOf(group, 'new minus established', 'cluster-ip')!;
    const found = one('flow/new-minus-established', { path: 'cluster-ip' });
    expect(found).to.include({ estimate: cost.estimate, lower: cost.lower, upper: cost.upper, level: 0.95 });
    expect(found.control).to.deep.equal({ lower: control.lower, upper: control.upper, level: 0.99, holds: true });
    expect(found.resolution).to.be.above(0);
    expect(one('flow/round-trip/p50', { path: 'pod-ip', flow: 'new' }).better).to.equal('lower');
    expect(all.at(-1)).to.deep.include({ name: 'services/programmed-after', estimate: 320, unit: 'ms' });
  });

  it('say where the control does not hold: the estimate does not count, and nothing is resolved', () => {
    const { one } = measured({ first: { control: 5 } });
    const of = (flow: 'new' | 'established') => one('flow/minus-pod-ip', { path: 'cluster-ip', minus: 'pod-ip', flow });
    expect([of('new').control!.holds, of('new').resolution]).to.deep.equal([false, null]);
    expect(of('established').control!.holds).to.equal(true);
  });
});
