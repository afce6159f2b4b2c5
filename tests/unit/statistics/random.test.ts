import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { seededRandom, shuffled, xoshiro128 } from '../../../lib/statistics/random.ts';
import { seed } from './samples.ts';

const draws = (from: number): number[] => {
  const random = seededRandom(from);
  return Array.from({ length: 8 }, () => random.uint32());
};

describe('random numbers', () => {
  it('are those of the reference implementation of xoshiro128**', () => {
    // xoshiro128starstar.c of prng.di.unimi.it, compiled; rand_xoshiro tests itself with the same.
    const { uint32 } = xoshiro128([1, 2, 3, 4]);
    expect(Array.from({ length: 8 }, uint32)).to.deep.equal([
      11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492, 1_287_239_034, 3_734_860_849,
    ]);
  });

  it('are the same for the same seed, and others for another', () => {
    fc.assert(
      fc.property(seed, seed, (one, other) => {
        expect(draws(one)).to.deep.equal(draws(one));
        if (one !== other) expect(draws(one)).not.to.deep.equal(draws(other));
      }),
    );
    expect(draws(1)).not.to.deep.equal(draws(2 ** 32 + 1));
    expect(draws(-1)).not.to.deep.equal(draws(2 ** 32 - 1));
  });

  it('refuse a seed that is not a whole number', () => {
    for (const wrong of [0.5, NaN, Infinity, 2 ** 53]) expect(() => seededRandom(wrong)).to.throw(RangeError);
  });

  it('below n reach every number as often as the next', () => {
    // 3 · 2¹⁹ does not divide 2³²; chi-squared with 11 degrees of freedom is below 31.3 in 999 of 1,000 runs.
    for (const n of [12, 3 * 2 ** 19]) {
      const random = seededRandom(1);
      const counts = new Float64Array(12);
      for (let i = 0; i < 120_000; i++) counts[Math.floor((random.below(n) * 12) / n)]!++;
      expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).to.be.below(31.3);
    }
  });

  it('below n draw again where 2³² does not divide', () => {
    // A state with 0 in its second place gives 0 first. Of 2³² numbers one is too many for 3, none for 4.
    const fresh = () => xoshiro128([1, 0, 3, 4]);
    const [first, second] = [fresh(), fresh()];
    expect(second.uint32()).to.equal(0);
    expect(first.below(3)).to.equal(second.below(3));
    expect(first.uint32()).to.equal(second.uint32());
    expect(fresh().below(4)).to.equal(0);
  });

  it('below n stay below n', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 2 ** 21 }), (from, n) => {
        expect(seededRandom(from).below(n)).to.be.within(0, n - 1);
      }),
    );
    for (const wrong of [0, -1, 1.5, 2 ** 21 + 1, NaN]) expect(() => seededRandom(1).below(wrong)).to.throw(RangeError);
  });

  it('are uniform in [0, 1)', () => {
    const random = seededRandom(7);
    const drawn = Array.from({ length: 50_000 }, random.uniform).toSorted((a, b) => a - b);
    expect(drawn[0]).to.be.at.least(0);
    expect(drawn.at(-1)).to.be.below(1);
    // Kolmogorov–Smirnov: below 1.95 / √n in 999 of 1,000 runs.
    const farthest = Math.max(...drawn.map((value, i) => Math.abs(value - (i + 0.5) / drawn.length)));
    expect(farthest).to.be.below(1.95 / Math.sqrt(drawn.length));
  });
});

describe('a shuffled list', () => {
  it('holds the same items, and leaves the one it was made of alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), seed, (list, from) => {
        const before = [...list];
        const after = shuffled(list, { random: seededRandom(from) });
        expect(list).to.deep.equal(before);
        expect(after.toSorted((a, b) => a - b)).to.deep.equal(before.toSorted((a, b) => a - b));
      }),
    );
  });

  it('is in every order equally often', () => {
    const random = seededRandom(3);
    const seen = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = shuffled(['a', 'b', 'c', 'd'], { random }).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).to.equal(24);
    // Chi-squared with 23 degrees of freedom is below 49.7 in 999 of 1,000 runs.
    expect([...seen.values()].reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)).to.be.below(49.7);
  });
});
