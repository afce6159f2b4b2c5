import { expect } from 'chai';
import { describe, it } from 'mocha';
import { quantileBounds, quantileInterval } from '../../../lib/statistics/order-statistics.ts';
import { seededRandom } from '../../../lib/statistics/random.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

describe('bounds of a quantile by order statistics', () => {
  it('have the ranks that tables have for the median', () => {
    // Hollander and Wolfe, Nonparametric Statistical Methods, sign test: 95 % or above.
    for (const [count, lower, upper] of [
      [6, 1, 6],
      [10, 2, 9],
      [20, 6, 15],
      [25, 8, 18],
    ] as const)
      expect(quantileBounds(upTo(count), { probability: 0.5 }), `${count}`).to.deep.equal({ lower, upper });
  });

  it('leave open the end that so few samples can not tell', () => {
    const at = (count: number) => quantileBounds(upTo(count), { probability: 0.999 });
    expect(at(450)).to.deep.equal({ lower: 448, upper: null });
    expect(at(2_994).upper).to.equal(null);
    expect(at(2_995).upper).to.equal(2_995);
    expect(at(10_000).lower).to.be.within(9_980, 9_990);
    expect(at(10_000).upper).to.be.within(9_994, 9_999);
    expect(quantileInterval(upTo(5), { probability: 0.5 })).to.equal(null);
    expect(quantileInterval([], { probability: 0.5 })).to.equal(null);
  });

  it('cover the quantile of a skewed distribution in at least 95 % of 400 runs', () => {
    const random = seededRandom(2026);
    for (const [count, probability] of [
      [20, 0.5],
      [3_100, 0.999],
      [5_000, 0.999],
    ] as const) {
      const truth = (-Math.log(1 - probability)) ** 3;
      let covering = 0;
      for (let run = 0; run < 400; run++) {
        const samples = Array.from({ length: count }, () => (-Math.log(1 - random.uniform())) ** 3);
        const { lower, upper } = quantileBounds(samples, { probability });
        if ((lower ?? -Infinity) <= truth && truth <= (upper ?? Infinity)) covering++;
      }
      expect(covering / 400, `${count}`).to.be.at.least(0.94);
    }
  });
});
