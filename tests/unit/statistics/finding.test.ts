import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { halfWidth, judgeCost } from '../../../lib/statistics/finding.ts';
import type { Estimate } from '../../../lib/statistics/interval.ts';

const around = (lower: number, estimate: number, upper: number): Estimate => ({ estimate, lower, upper, level: 0.95 });

const quiet = around(-0.4, 0.1, 0.3);

const estimates = fc
  .tuple(fc.integer(), fc.nat(1_000), fc.nat(1_000))
  .map(([estimate, below, above]) => around(estimate - below, estimate, estimate + above));

describe('what may be said of a cost', () => {
  it('nothing, where the control sees a difference that is not there', () => {
    for (const control of [around(0.1, 0.2, 0.3), around(-0.3, -0.2, -0.1)]) {
      expect(judgeCost(around(7, 8, 9), { control, threshold: 1 })).to.deep.equal({ kind: 'not good enough' });
    }
  });

  it('below the threshold, only when the upper end is', () => {
    const below = { kind: 'below threshold', resolution: 0.5 };
    expect(judgeCost(around(-0.1, 0.1, 0.6), { control: quiet, threshold: 1 })).to.deep.equal(below);
    expect(judgeCost(around(-0.1, 0.1, 1), { control: quiet, threshold: 1 }).kind).to.equal('undecided');
  });

  it('at least as much as the lower end, where that is above 0', () => {
    expect(judgeCost(around(110, 117, 125), { control: quiet, threshold: 1 })).to.deep.equal({
      kind: 'at least',
      x: 110,
      resolution: 8,
    });
  });

  it('no more than what could have been seen, where neither holds', () => {
    const control = around(-6, 0, 2);
    expect(judgeCost(around(-3, 1, 4), { control, threshold: 2 })).to.deep.equal({ kind: 'undecided', resolution: 6 });
  });

  it('never that there is no difference', () => {
    fc.assert(
      fc.property(estimates, estimates, fc.nat(), (cost, control, threshold) => {
        const finding = judgeCost(cost, { control, threshold });
        expect(finding.kind).to.be.oneOf(['not good enough', 'below threshold', 'at least', 'undecided']);
        if (finding.kind === 'at least') expect(finding.x).to.be.within(Number.MIN_VALUE, cost.estimate);
        if (finding.kind !== 'not good enough') expect(finding.resolution).to.be.at.least(halfWidth(cost));
      }),
    );
  });
});
