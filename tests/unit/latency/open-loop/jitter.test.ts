import { expect } from 'chai';
import { describe, it } from 'mocha';
import { jitterOf, jitterSeries } from '../../../../lib/latency/open-loop/jitter.ts';
import type { Packet } from '../../../../lib/latency/open-loop/measured.ts';
import { median } from '../../../../lib/statistics/quantile.ts';
import { seededRandom, type Random } from '../../../../lib/statistics/random.ts';

const runs = 200;

/** On the way there a delay with a skewed bulk, and one in fifty much later. */
function packets(count: number, random: Random): Packet[] {
  const exponential = (mean: number): number => -mean * Math.log(1 - random.uniform());
  return Array.from({ length: count }, (_, n) => {
    const there = 60_000 + exponential(20_000) + (random.uniform() < 0.02 ? exponential(300_000) : 0);
    return { scheduledUs: 20_000 * n, lateNs: 0, roundTripNs: there + 60_000, responderNs: 20_000_000 * n + there };
  });
}

describe('the interval of the jitter', function () {
  this.timeout(60_000);
  const truth = median(jitterSeries(packets(200_000, seededRandom(1)), 'there'));

  for (const [pairs, count] of [
    [1, 400],
    [1, 1_000],
    [2, 1_000],
    [3, 150],
  ] as const)
    it(`covers it in 95 % of ${runs} runs with ${pairs} × ${count} packets`, () => {
      const random = seededRandom(2026);
      let covering = 0;
      for (let run = 0; run < runs; run++) {
        const each = Array.from({ length: pairs }, () => packets(count, random));
        const { lower, upper } = jitterOf(each, { way: 'there', random })!;
        if (lower! <= truth && truth <= upper!) covering++;
      }
      expect(covering / runs).to.be.at.least(0.95);
    });

  for (const [pairs, count] of [
    [1, 150],
    [1, 300],
    [2, 150],
  ] as const)
    it(`is none of ${pairs} × ${count} packets`, () => {
      const random = seededRandom(3);
      const each = Array.from({ length: pairs }, () => packets(count, random));
      expect(jitterOf(each, { way: 'there', random })).to.deep.include({ lower: null, upper: null });
    });
});
