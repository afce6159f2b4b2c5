import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { seededRandom } from '../../../../lib/statistics/random.ts';
import { bootstrapSlope, theilSen } from '../../../../lib/statistics/bootstrap/slope.ts';
import { simulateControl } from '../noise.ts';
import { samples, scale, seed, shift } from '../samples.ts';

const services = [100, 1_000, 5_000, 10_000];

describe('a slope', () => {
  it('is that of scipy.stats.theilslopes (1.17)', () => {
    expect(theilSen([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78])).to.equal(4);
    expect(theilSen([5_000, 10_000, 30_000], [47, 59, 272])).to.be.closeTo(0.009, 1e-15);
  });

  it('of points on a line is that of the line, one odd point or not', () => {
    fc.assert(
      fc.property(shift, scale, shift, (intercept, slope, odd) => {
        const line = [0, 1, 2, 3, 4, 5, 6].map((x) => intercept + slope * x);
        expect(theilSen([0, 1, 2, 3, 4, 5, 6], line)).to.equal(slope);
        expect(theilSen([0, 1, 2, 3, 4, 5, 6], line.with(3, odd))).to.equal(slope);
      }),
    );
  });

  it('of one place only is refused', () => {
    expect(() => theilSen([5, 5], [1, 2])).to.throw(RangeError, 'two different x');
    expect(() => theilSen([5, 6], [1])).to.throw(RangeError);
  });

  it('lies in its interval, and moves with the samples', () => {
    const levels = fc.tuple(samples, samples, samples);
    fc.assert(
      fc.property(levels, shift, scale, seed, (lists, by, times, from) => {
        const options = { resamples: 60 };
        const plain = lists.map((list, i) => ({ x: i * 8, samples: list }));
        const moved = lists.map((list, i) => ({ x: i * 8, samples: list.map((value) => by + times * value) }));
        const one = bootstrapSlope(plain, { random: seededRandom(from), ...options });
        const other = bootstrapSlope(moved, { random: seededRandom(from), ...options });
        expect(one.estimate).to.be.within(one.lower, one.upper);
        for (const end of ['estimate', 'lower', 'upper'] as const) {
          expect(other[end]).to.be.closeTo(times * one[end], 1e-6 * times);
        }
      }),
    );
  });

  it('is known no better than its shortest level', () => {
    const levels = [
      { x: 0, samples: [3, 1, 2, 5, 4, 6] },
      { x: 1, samples: Array.from({ length: 500 }, (_, i) => (i * 37) % 500) },
    ];
    const at = (level: number) => bootstrapSlope(levels, { random: seededRandom(9), level });
    expect(at(0.5)).to.deep.equal({ ...at(0.95), level: 0.5 });
  });

  it('of 23 ns a Service, planted under noise, is found, and none where none is', () => {
    const random = seededRandom(23);
    const measured = services.map((x) => ({ x, samples: simulateControl(400, { random }).first }));
    const rising = measured.map(({ x, samples: list }) => ({ x, samples: list.map((value) => value + 0.023 * x) }));
    const flat = bootstrapSlope(measured, { random });
    const found = bootstrapSlope(rising, { random });
    expect(0.023).to.be.within(found.lower, found.upper);
    expect(found.lower).to.be.above(0.02);
    expect(found.estimate - flat.estimate).to.be.closeTo(0.023, 0.002);
  });
});
