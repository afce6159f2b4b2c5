import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expandedTail, hull, percentileInterval } from '../../../lib/statistics/interval.ts';
import { normalCdf, normalQuantile } from '../../../lib/statistics/normal.ts';

describe('the normal distribution', () => {
  it('is that of scipy.stats.norm (1.17)', () => {
    const published = [
      [-6, 9.865876450376946e-10],
      [-3, 0.0013498980316300933],
      [-0.1, 0.460172162722971],
      [0, 0.5],
      [1.96, 0.9750021048517795],
      [4, 0.9999683287581669],
    ] as const;
    for (const [x, value] of published) expect(normalCdf(x), `up to ${x}`).to.be.closeTo(value, 1e-15);
    expect([normalCdf(-40), normalCdf(40)]).to.deep.equal([0, 1]);
  });

  it('has the quantiles of scipy.stats.norm', () => {
    expect(normalQuantile(0.975)).to.be.closeTo(1.959963984540054, 1e-13);
    expect(normalQuantile(0.005)).to.be.closeTo(-2.575829303548901, 1e-13);
    expect(normalQuantile(1e-6)).to.be.closeTo(-4.753424308822899, 1e-9);
    for (const wrong of [0, 1, NaN]) expect(() => normalQuantile(wrong)).to.throw(RangeError);
  });
});

describe('a percentile interval', () => {
  it('is expanded for few units', () => {
    // Φ(−√(m/(m−1)) t), by scipy.stats 1.17. Two resamples in 2,000 are 0.001.
    const published = [
      [5, 0.00095, 0.0002],
      [10, 0.00855, 0.0001],
      [30, 0.018754, 0.00001],
      [100, 0.0230644, 0.000001],
    ] as const;
    for (const [units, tail, error] of published) {
      expect(expandedTail(0.025, units), `${units} units`).to.be.closeTo(tail, error);
    }
  });

  it('of two or three units is all there is', () => {
    const resampled = Float64Array.of(3, 1, 2, 9);
    expect(percentileInterval(resampled, { estimate: 2.5, level: 0.95, units: 3 })).to.deep.equal({
      estimate: 2.5,
      lower: 1,
      upper: 9,
      level: 0.95,
    });
    expect([...resampled]).to.deep.equal([3, 1, 2, 9]);
  });

  it('reaches as far as the estimate', () => {
    expect(percentileInterval(Float64Array.of(3, 4), { estimate: 2, level: 0.9, units: 50 }).lower).to.equal(2);
  });

  it('of a level that is none is refused', () => {
    for (const level of [0, 1, 95]) {
      expect(() => percentileInterval(Float64Array.of(1), { estimate: 1, level, units: 9 })).to.throw(RangeError);
    }
  });

  it('is joined with others to the smallest that holds all', () => {
    const one = { estimate: 1, lower: 0, upper: 2, level: 0.95 };
    expect(hull([one, { ...one, lower: -1, upper: 1.5 }])).to.deep.equal({ ...one, lower: -1 });
    expect(() => hull([])).to.throw(RangeError);
  });
});
