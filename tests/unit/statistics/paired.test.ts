import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { pairedDifferences, robustSd } from '../../../lib/statistics/paired.ts';
import { median } from '../../../lib/statistics/quantile.ts';
import { seededRandom } from '../../../lib/statistics/random.ts';
import { normal } from './noise.ts';
import { samples, scale, shift } from './samples.ts';

describe('paired differences', () => {
  it('are first less second, block by block', () => {
    expect([...pairedDifferences([5, 7, 9], Float64Array.of(4, 8, 0))]).to.deep.equal([1, -1, 9]);
  });

  it('lose what both arms share', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(shift, shift, shift), { minLength: 1 }), (blocks) => {
        const apart = pairedDifferences(
          blocks.map(([one]) => one),
          blocks.map(([, other]) => other),
        );
        const drifting = pairedDifferences(
          blocks.map(([one, , drift]) => one + drift),
          blocks.map(([, other, drift]) => other + drift),
        );
        expect(drifting).to.deep.equal(apart);
      }),
    );
  });

  it('show a shift of one arm whole, however the blocks drift', () => {
    fc.assert(
      fc.property(samples, shift, (blocks, by) => {
        const shifted = blocks.map((value) => value + by);
        expect(median(pairedDifferences(shifted, blocks))).to.equal(by);
      }),
    );
  });

  it('of arms that are no pairs are refused', () => {
    expect(() => pairedDifferences([1, 2], [1])).to.throw(RangeError, '2 and 1');
    expect(() => pairedDifferences([1], [NaN])).to.throw(RangeError);
  });
});

describe('the robust SD', () => {
  it('is what scipy.stats.median_abs_deviation (1.17, scale "normal") says', () => {
    expect(robustSd([3.1, -0.4, 12, 0.7, 0.7, 5_500, -2.2, 8.25, 1.5])).to.be.closeTo(2.8169442151606434, 1e-12);
  });

  it('is the standard deviation of normal samples', () => {
    const random = seededRandom(5);
    const drawn = Float64Array.from({ length: 40_000 }, () => 70 + 3 * normal(random));
    expect(robustSd(drawn)).to.be.closeTo(3, 0.06);
  });

  it('scales with the samples and does not see a shift', () => {
    fc.assert(
      fc.property(samples, shift, scale, (list, by, times) => {
        const moved = robustSd(list.map((value) => by - times * value));
        expect(moved).to.be.closeTo(times * robustSd(list), 1e-6 * times);
      }),
    );
  });
});
