import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { longBlocks, shortBlocks } from '../../../../lib/statistics/bootstrap/blocks.ts';
import { bootstrap, bootstrapPairs } from '../../../../lib/statistics/bootstrap/bootstrap.ts';
import { median } from '../../../../lib/statistics/quantile.ts';
import { seededRandom } from '../../../../lib/statistics/random.ts';
import { resampledQuantiles } from '../../../../lib/statistics/bootstrap/resample.ts';
import { remembering } from '../noise.ts';
import { samples, scale, seed, shift } from '../samples.ts';

const ends = ['estimate', 'lower', 'upper'] as const;

/** P(X ≤ k) of a binomial distribution. */
function binomial(k: number, { n, p }: { n: number; p: number }): number {
  let [term, sum] = [(1 - p) ** n, 0];
  for (let i = 0; i <= k; i++) {
    sum += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return sum;
}

describe('a resample', () => {
  it('by blocks of one has the median that theory says (Efron 1979)', () => {
    // At most the k-th of 13 samples: at least seven of 13 draws are among the first k.
    const resampled = resampledQuantiles([Array.from({ length: 13 }, (_, i) => 10 * i)], {
      random: seededRandom(1),
      blocks: () => 1,
      resamples: 40_000,
      probability: 0.5,
    });
    for (const k of [3, 5, 7, 9, 11]) {
      const seen = resampled.filter((value) => value <= 10 * (k - 1)).length / resampled.length;
      expect(seen, `at most sample ${k}`).to.be.closeTo(1 - binomial(6, { n: 13, p: k / 13 }), 0.01);
    }
  });

  it('keeps neighbours together', () => {
    // Blocks of two of 0 1 2 3 are 01, 12 and 23: the smallest of two blocks is 0 in 5 of 9 cases, 1 in 3, 2 in 1.
    const resampled = resampledQuantiles([[0, 1, 2, 3]], {
      random: seededRandom(2),
      blocks: () => 2,
      resamples: 36_000,
      probability: 0,
    });
    const share = (value: number): number => resampled.filter((one) => one === value).length / resampled.length;
    expect(share(0)).to.be.closeTo(5 / 9, 0.01);
    expect(share(1)).to.be.closeTo(3 / 9, 0.01);
    expect(share(2)).to.be.closeTo(1 / 9, 0.01);
  });

  it('is as long as its series: the last block is cut', () => {
    // Blocks of two of 0 1 2 are 01 and 12; behind the first there is room for the 0 or the 1 of another.
    const resampled = resampledQuantiles([[0, 1, 2]], {
      random: seededRandom(4),
      blocks: () => 2,
      resamples: 20_000,
      probability: 1,
    });
    expect(resampled.filter((one) => one === 2).length / resampled.length).to.be.closeTo(1 / 2, 0.015);
  });

  it('of several series draws whole series', () => {
    // Of 10 and 20, each three times: all of one, all of the other, or half and half.
    const resampled = resampledQuantiles(
      [
        [10, 10, 10],
        [20, 20, 20],
      ],
      {
        random: seededRandom(3),
        blocks: () => 1,
        resamples: 20_000,
        probability: 0.5,
      },
    );
    const share = (value: number): number => resampled.filter((one) => one === value).length / resampled.length;
    expect(share(10)).to.be.closeTo(1 / 4, 0.015);
    expect(share(15)).to.be.closeTo(1 / 2, 0.015);
    expect(share(20)).to.be.closeTo(1 / 4, 0.015);
  });

  it('of blocks that do not fit is refused', () => {
    for (const length of [0, 4, 1.5]) {
      expect(() => bootstrap([1, 2, 3], { random: seededRandom(1), blocks: [() => length] })).to.throw(RangeError);
    }
    expect(() => bootstrapPairs([], { random: seededRandom(1) })).to.throw(RangeError);
    expect(() => bootstrapPairs([[1], []], { random: seededRandom(1) })).to.throw(RangeError);
  });
});

describe('blocks', () => {
  it('fit every series', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (count) => {
        expect(shortBlocks(count)).to.be.within(1, count);
        expect(longBlocks(count)).to.be.within(shortBlocks(count), count);
        if (count >= 8) expect(3 * longBlocks(count)).to.be.at.most(count);
      }),
    );
  });

  it('of 2,000 samples are 13 and 90, of 400 they are 8 and 40', () => {
    expect([2_000, 400].flatMap((count) => [shortBlocks(count), longBlocks(count)])).to.deep.equal([13, 90, 8, 40]);
  });
});

describe('a bootstrap', () => {
  it('has the median as its estimate, within its interval', () => {
    fc.assert(
      fc.property(samples, seed, (list, from) => {
        const { estimate, lower, upper } = bootstrap(list, { random: seededRandom(from), resamples: 60 });
        expect(estimate).to.equal(median(list)).and.to.be.within(lower, upper);
        expect(lower).to.be.at.least(Math.min(...list));
        expect(upper).to.be.at.most(Math.max(...list));
      }),
    );
  });

  it('moves with the samples', () => {
    fc.assert(
      fc.property(fc.array(samples, { minLength: 1, maxLength: 4 }), shift, scale, seed, (pairs, by, times, from) => {
        const moved = pairs.map((list) => list.map((value) => by + times * value));
        const one = bootstrapPairs(pairs, { random: seededRandom(from), resamples: 60 });
        const other = bootstrapPairs(moved, { random: seededRandom(from), resamples: 60 });
        for (const end of ends) expect(other[end]).to.be.closeTo(by + times * one[end], 1e-5);
      }),
    );
  });

  it('is the same for the same seed, and leaves the samples as they are', () => {
    const list = Float64Array.from({ length: 50 }, (_, i) => (i * 37) % 50);
    const before = list.slice();
    const once = bootstrap(list, { random: seededRandom(4) });
    expect(bootstrap(list, { random: seededRandom(4) })).to.deep.equal(once);
    expect(list).to.deep.equal(before);
  });

  it('is wider at a higher level, and for samples that depend on their neighbours', () => {
    const drawn = remembering(0.8, seededRandom(5));
    const list = Float64Array.from({ length: 1_000 }, drawn);
    const width = (options: object): number => {
      const { lower, upper } = bootstrap(list, { random: seededRandom(6), ...options });
      return upper - lower;
    };
    expect(width({ level: 0.99 })).to.be.above(width({ level: 0.9 }));
    expect(width({})).to.be.above(2 * width({ blocks: [() => 1] }));
  });

  it('of another quantile has that as its estimate', () => {
    const list = Array.from({ length: 1_001 }, (_, i) => (i * 379) % 1_001);
    const { estimate, lower, upper } = bootstrap(list, { random: seededRandom(7), probability: 0.9 });
    expect(estimate).to.equal(900);
    expect(lower).to.be.within(860, 899);
    expect(upper).to.be.within(901, 940);
  });

  it('of pairs that differ is as wide as they differ, however many blocks each has', () => {
    const random = seededRandom(8);
    const noise = remembering(0, random);
    const pairs = [0, 10, 20, 30, 40, 50].map((level) => Float64Array.from({ length: 500 }, () => level + noise()));
    const { estimate, lower, upper } = bootstrapPairs(pairs, { random });
    expect(estimate).to.be.closeTo(25, 8);
    expect(lower).to.be.below(12);
    expect(upper).to.be.above(38);
  });

  it('of three pairs is all that resampling gave, at any level', () => {
    const pairs = [1, 2, 3].map((level) => Array.from({ length: 400 }, (_, i) => level + ((i * 37) % 400) / 1_000));
    const at = (level: number) => bootstrapPairs(pairs, { random: seededRandom(9), level });
    expect(at(0.5)).to.deep.equal({ ...at(0.95), level: 0.5 });
  });
});
