import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { wilson } from '../../../lib/statistics/wilson.ts';

const counts = fc.nat(5_000).chain((trials) => fc.tuple(fc.nat(trials), fc.constant(trials)));

describe('the Wilson interval', () => {
  it('is the published one', () => {
    // Newcombe (1998), Statistics in Medicine 17:857–872, table I, method 3.
    const published = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [hits, trials, lower, upper] of published) {
      const interval = wilson(hits, { trials });
      expect(interval.lower, `${hits}/${trials}`).to.be.closeTo(lower, 5e-5);
      expect(interval.upper, `${hits}/${trials}`).to.be.closeTo(upper, 5e-5);
    }
  });

  it('at 99 % is that of scipy.stats.binomtest (1.17)', () => {
    const { lower, upper } = wilson(5, { trials: 1_000, level: 0.99 });
    expect(lower).to.be.closeTo(0.0016720441109838455, 1e-12);
    expect(upper).to.be.closeTo(0.014853209143388918, 1e-12);
  });

  it('holds the proportion seen, within 0 and 1', () => {
    fc.assert(
      fc.property(counts, ([hits, trials]) => {
        const { lower, upper } = wilson(hits, { trials });
        expect(lower).to.be.within(0, trials === 0 ? 0 : hits / trials);
        expect(upper).to.be.within(trials === 0 ? 1 : hits / trials, 1);
      }),
    );
  });

  it('of the misses is that of the hits, mirrored', () => {
    fc.assert(
      fc.property(counts, ([hits, trials]) => {
        const missed = wilson(trials - hits, { trials });
        expect(wilson(hits, { trials }).lower).to.be.closeTo(1 - missed.upper, 1e-12);
      }),
    );
  });

  it('is wider at a higher level', () => {
    fc.assert(
      fc.property(counts, ([hits, trials]) => {
        expect(wilson(hits, { trials, level: 0.99 }).upper).to.be.at.least(wilson(hits, { trials }).upper);
      }),
    );
  });

  it('of more hits than trials, or of half a packet, is refused', () => {
    for (const hits of [-1, 11, 0.5]) expect(() => wilson(hits, { trials: 10 })).to.throw(RangeError);
    expect(() => wilson(1, { trials: 10, level: 1 })).to.throw(RangeError);
  });
});
