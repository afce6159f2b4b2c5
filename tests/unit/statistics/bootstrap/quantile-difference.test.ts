import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { bootstrapQuantileDifference, type TwoArms } from '../../../../lib/statistics/bootstrap/quantile-difference.ts';
import { seededRandom } from '../../../../lib/statistics/random.ts';

const arm = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 12, maxLength: 60 });

/** Two equal paths with a skewed tail, `more` on the first. */
function made(count: number, { seed, more = 0 }: { seed: number; more?: number }): TwoArms {
  const random = seededRandom(seed);
  const one = (): number => 100 + 10 * random.uniform() - 20 * Math.log(1 - random.uniform());
  const arms = Array.from({ length: count }, () => [one() + more, one()] as const);
  return { minuend: arms.map(([a]) => a), subtrahend: arms.map(([, b]) => b) };
}

describe('the difference between two quantiles', function () {
  this.timeout(20_000);

  it('of an arm and the same arm moved is the move, known exactly: both are resampled alike', () => {
    fc.assert(
      fc.property(fc.array(arm, { minLength: 1, maxLength: 4 }), fc.integer({ min: -500, max: 500 }), (arms, move) => {
        const pairs = arms.map((subtrahend) => ({ minuend: subtrahend.map((one) => one + move), subtrahend }));
        for (const probability of [0.5, 0.99]) {
          const random = seededRandom(1);
          const { estimate, lower, upper } = bootstrapQuantileDifference(pairs, { random, probability, resamples: 50 });
          for (const value of [estimate, lower, upper]) expect(value).to.be.closeTo(move, 1e-6);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is within its interval where it was put there, and 0 is where nothing was: in at least 90 of 100 runs', () => {
    for (const more of [0, 40])
      for (const probability of [0.5, 0.9]) {
        const held = Array.from({ length: 100 }, (_, run) => {
          const random = seededRandom(run);
          const pairs = [made(200, { seed: 1_000 + run, more })];
          const { lower, upper } = bootstrapQuantileDifference(pairs, { random, probability, resamples: 300 });
          return lower <= more && more <= upper;
        });
        expect(held.filter(Boolean).length, `${more} at ${probability}`).to.be.at.least(90);
      }
  });

  it('changes its sign with the arms, and is the same for the same seed', () => {
    const { minuend, subtrahend } = made(100, { seed: 4, more: 10 });
    const of = (pair: TwoArms) => bootstrapQuantileDifference([pair], { random: seededRandom(9), probability: 0.9 });
    const there = of({ minuend, subtrahend });
    const back = of({ minuend: subtrahend, subtrahend: minuend });
    expect(back.estimate).to.equal(-there.estimate);
    expect(back.lower).to.be.closeTo(-there.upper, 1e-9);
    expect(of({ minuend, subtrahend })).to.deep.equal(there);
  });

  it('of arms that are no pairs is refused', () =>
    expect(() =>
      bootstrapQuantileDifference([{ minuend: [1, 2], subtrahend: [1] }], { random: seededRandom(1) }),
    ).to.throw(RangeError, '2 and 1'));
});
