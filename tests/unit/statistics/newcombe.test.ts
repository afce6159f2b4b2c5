import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { proportionDifference, type Proportion } from '../../../lib/statistics/newcombe.ts';

const proportion = fc
  .integer({ min: 1, max: 3_000 })
  .chain((trials) => fc.record({ hits: fc.nat(trials), trials: fc.constant(trials) }));

describe('the interval of a difference of two proportions', () => {
  it('is the published one', () => {
    // Newcombe (1998), Statistics in Medicine 17:873–890, table II, method 10.
    const published = [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [6, 7, 2, 7, 0.0582, 0.8062],
      [5, 56, 0, 29, -0.0381, 0.1926],
    ] as const;
    for (const [hits, trials, lessHits, lessTrials, lower, upper] of published) {
      const interval = proportionDifference({ hits, trials }, { minus: { hits: lessHits, trials: lessTrials } });
      expect(interval.lower, `${hits}/${trials}`).to.be.closeTo(lower, 5e-5);
      expect(interval.upper, `${hits}/${trials}`).to.be.closeTo(upper, 5e-5);
    }
  });

  it('holds the difference seen, and is mirrored when the two change places', () => {
    fc.assert(
      fc.property(proportion, proportion, (a: Proportion, b: Proportion) => {
        const [there, back] = [proportionDifference(a, { minus: b }), proportionDifference(b, { minus: a })];
        const seen = a.hits / a.trials - b.hits / b.trials;
        expect(seen).to.be.within(there.lower, there.upper);
        expect(there.lower).to.be.within(-1 - 1e-12, 1);
        expect(there.lower).to.be.closeTo(-back.upper, 1e-12);
      }),
    );
  });

  it('of no trials says nothing', () =>
    expect(proportionDifference({ hits: 0, trials: 0 }, { minus: { hits: 1, trials: 9 } })).to.deep.equal({
      lower: -1,
      upper: 1,
    }));
});
