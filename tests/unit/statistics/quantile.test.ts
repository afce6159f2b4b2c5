import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { median, percentiles, quantile } from '../../../lib/statistics/quantile.ts';
import { samples, scale, shift } from './samples.ts';

const probability = fc.double({ min: 0, max: 1, noNaN: true });

describe('a quantile', () => {
  it('is what numpy.quantile (2.x, method "linear") says', () => {
    const latencies = [3.1, -0.4, 12, 0.7, 0.7, 5_500, -2.2, 8.25, 1.5];
    const published = [
      [0, -2.2],
      [0.1, -0.76],
      [0.25, 0.7],
      [0.5, 1.5],
      [0.9, 1_109.6],
      [0.99, 5_060.96],
      [1, 5_500],
    ] as const;
    for (const [at, value] of published) {
      expect(quantile(latencies, { probability: at }), `at ${at}`).to.be.closeTo(value, 1e-9);
    }
  });

  it('leaves the samples as they are', () => {
    const given = Float64Array.of(3, 1, 2);
    percentiles(given);
    expect([...given]).to.deep.equal([3, 1, 2]);
  });

  it('rises with the probability and stays among the samples', () => {
    fc.assert(
      fc.property(samples, probability, probability, (list, one, other) => {
        const lower = quantile(list, { probability: Math.min(one, other) });
        const upper = quantile(list, { probability: Math.max(one, other) });
        expect(lower).to.be.at.most(upper);
        expect(lower).to.be.at.least(Math.min(...list));
        expect(upper).to.be.at.most(Math.max(...list));
      }),
    );
  });

  it('does not depend on the order of the samples', () => {
    fc.assert(
      fc.property(samples, probability, (list, at) => {
        expect(quantile(list.toReversed(), { probability: at })).to.equal(quantile(list, { probability: at }));
      }),
    );
  });

  it('moves with the samples', () => {
    fc.assert(
      fc.property(samples, probability, shift, scale, (list, at, by, times) => {
        const moved = list.map((value) => by + times * value);
        const expected = by + times * quantile(list, { probability: at });
        expect(quantile(moved, { probability: at })).to.be.closeTo(expected, 1e-6);
      }),
    );
  });

  it('at 1 − p is that of the mirrored samples at p', () => {
    fc.assert(
      fc.property(samples, probability, (list, at) => {
        const mirrored = quantile(
          list.map((value) => -value),
          { probability: 1 - at },
        );
        expect(mirrored).to.be.closeTo(-quantile(list, { probability: at }), 1e-6);
      }),
    );
  });

  it('of a half is the median: the middle sample, or halfway between two', () => {
    expect(median([5, 1, 3])).to.equal(3);
    expect(median([5, 1, 3, 4])).to.equal(3.5);
    expect(percentiles([5, 1, 3])).to.deep.equal({ p50: 3, p90: 4.6, p99: 4.96 });
  });

  it('of nothing, or of what is no number, is refused', () => {
    for (const wrong of [[], [1, NaN], [Infinity]]) expect(() => median(wrong)).to.throw(RangeError);
    for (const wrong of [-0.1, 1.1, NaN]) expect(() => quantile([1], { probability: wrong })).to.throw(RangeError);
  });
});
