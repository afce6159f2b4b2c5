import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { hodgesLehmann } from '../../../lib/statistics/hodges-lehmann.ts';
import { median } from '../../../lib/statistics/quantile.ts';
import { seededRandom } from '../../../lib/statistics/random.ts';
import { simulateControl } from './noise.ts';
import { samples, scale, shift } from './samples.ts';

/** Every average, sorted. */
function byDefinition(list: readonly number[]): number {
  return median(list.flatMap((one, i) => list.slice(i).map((other) => (one + other) / 2)));
}

function agrees(list: readonly number[]): void {
  expect(hodgesLehmann(list)).to.equal(byDefinition(list));
}

describe('the Hodges–Lehmann estimate', () => {
  it('is the published one', () => {
    // Hollander and Wolfe (1973), p. 29: depression before and after; also in R's help of wilcox.test.
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    expect(hodgesLehmann(after.map((value, i) => value - before[i]!))).to.be.closeTo(-0.46, 1e-12);
  });

  it('is the median of all averages of two samples', () => {
    fc.assert(fc.property(samples, agrees));
    const few = fc.array(fc.constantFrom(-1, 0, 0.5, 3e5), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(few, agrees));
  });

  it('is exact for samples of any size a double has', () => {
    const any = fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(fc.property(any, agrees));
  });

  it('is exact for a thousand blocks with a heavy tail', () => {
    const { first } = simulateControl(1_000, { random: seededRandom(1) });
    expect(hodgesLehmann(first)).to.equal(byDefinition([...first]));
  });

  it('moves with the samples, mirrored too', () => {
    fc.assert(
      fc.property(samples, shift, scale, (list, by, times) => {
        expect(hodgesLehmann(list.map((value) => by - times * value))).to.equal(by - times * hodgesLehmann(list));
      }),
    );
  });
});
