import { expect } from 'chai';
import { describe, it } from 'mocha';
import { samplesToSee, tailOf } from '../../../lib/statistics/tail.ts';

describe('the tail of samples', () => {
  const counting = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  it('goes as far out as one sample is likely to lie beyond', () => {
    for (const probability of [0.9, 0.99, 0.999]) {
      const count = samplesToSee(probability);
      expect(1 - probability ** count).to.be.at.least(0.95);
      expect(1 - probability ** (count - 1)).to.be.below(0.95);
    }
    expect([0.9, 0.99, 0.999].map(samplesToSee)).to.deep.equal([29, 299, 2995]);
  });

  it('leaves out what so few samples can not tell', () => {
    expect(tailOf([3, 1, 2])).to.deep.equal({ samples: 3, p50: 2, p90: null, p99: null, p999: null, slowest: 3 });
    expect(tailOf(counting(301))).to.deep.include({ p50: 150, p90: 270, p99: 297, p999: null, slowest: 300 });
    expect(tailOf(counting(3001)).p999).to.equal(2997);
  });

  it('of nothing is refused', () => expect(() => tailOf([])).to.throw(RangeError));
});
