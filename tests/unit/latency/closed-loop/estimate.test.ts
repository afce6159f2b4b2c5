import { expect } from 'chai';
import { describe, it } from 'mocha';
import { estimateGroup, groupsOf, type Group } from '../../../../lib/latency/closed-loop/estimate.ts';
import { differenceOf } from '../../../../lib/latency/closed-loop/words.ts';
import { longChain, made } from './made-up.ts';

const seed = 11;

function estimated(...series: ReturnType<typeof made>[]): Group {
  const group = estimateGroup(series, { seed });
  if (group === null) throw new Error('nothing to estimate');
  return group;
}

describe('estimates of latency', function () {
  this.timeout(20_000);

  it('find the cost that was put there, and none where none was', () => {
    const first = { 'pod-ip': 8, control: 8, 'cluster-ip': 9.5, 'node-port': 14 };
    const group = estimated(made({ first, seed: 1 }));
    for (const [path, cost] of [
      ['pod-ip', 8],
      ['cluster-ip', 9.5],
      ['node-port', 14],
    ] as const) {
      const { lower, upper, hodgesLehmann, finding } = differenceOf(group, 'new minus established', path)!;
      expect(cost).to.be.within(lower, upper);
      expect(hodgesLehmann).to.be.within(cost - 1, cost + 1);
      expect(finding.kind).to.equal('at least');
    }
    const later = differenceOf(group, 'established, minus pod IP', 'cluster-ip')!;
    expect(0).to.be.within(later.lower, later.upper);
    expect(later.finding.kind).to.equal('below threshold');
  });

  it('call the cost of a long chain a cost of both paths, though ClusterIP minus pod IP is far below 0', () => {
    const group = estimated(made({ first: longChain }));
    expect(differenceOf(group, 'new minus established', 'pod-ip')!.lower).to.be.above(110);
    expect(differenceOf(group, 'new minus established', 'cluster-ip')!.lower).to.be.above(55);
    expect(differenceOf(group, 'new, minus pod IP', 'cluster-ip')!.upper).to.be.below(-50);
  });

  it('have a control that is refused at 99 %, since it is a gate and no result', () => {
    for (const { level, control } of estimated(made({ blocks: 40 })).differences)
      expect([level, control.level]).to.deep.equal([0.95, 0.99]);
  });

  it('give no number where the control sees what is not there', () => {
    const group = estimated(made({ first: { control: 5 } }));
    const kinds = group.differences.map(({ name, finding }) => [name, finding.kind]);
    for (const [name, kind] of kinds)
      expect(kind === 'not good enough', name).to.equal(name !== 'established, minus pod IP');
  });

  it('take several pairs for what they are: differences between pairs widen the interval', () => {
    const alike = estimated(...[1, 2, 3, 4, 5].map((n) => made({ blocks: 200, seed: n, first: { 'cluster-ip': 10 } })));
    const unlike = estimated(
      ...[1, 2, 3, 4, 5].map((n) => made({ blocks: 200, seed: n, first: { 'cluster-ip': 4 * n } })),
    );
    const width = (group: Group): number => {
      const { lower, upper } = differenceOf(group, 'new minus established', 'cluster-ip')!;
      return upper - lower;
    };
    expect([alike.pairs, alike.blocks]).to.deep.equal([5, 1000]);
    expect(width(unlike)).to.be.above(4 * width(alike));
  });

  it('leave out blocks with a loss, and count it', () => {
    const series = made({ blocks: 100 });
    series.blocks[3]!.ns[5] = null;
    series.lost[5] = 1;
    const group = estimated(series);
    expect(group.blocks).to.equal(99);
    const arm = group.arms.find(({ path, flow }) => path === 'cluster-ip' && flow === 'new')!;
    expect([arm.samples, arm.lost]).to.deep.equal([99, 1]);
    expect(arm.loss.upper).to.be.within(0.01, 0.1);
  });

  it('do without a NodePort, and without anything', () => {
    expect(differenceOf(estimated(made({ withoutNodePort: true })), 'new minus established', 'node-port')).to.equal(
      null,
    );
    expect(estimateGroup([made({ blocks: 0 })], { seed })).to.equal(null);
    expect(estimateGroup([], { seed })).to.equal(null);
  });

  it('keep places, protocols and regimes apart', () => {
    const groups = groupsOf([
      made(),
      made({ idleMs: 0 }),
      made({ protocol: 'TCP' }),
      made({ where: 'same node' }),
      made(),
    ]);
    expect(groups.map(({ length }) => length)).to.deep.equal([2, 1, 1, 1]);
  });

  it('are the same for the same seed', () => {
    const series = made({ blocks: 60 });
    expect(estimateGroup([series], { seed })).to.deep.equal(estimateGroup([series], { seed }));
  });
});
