import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { interarrivalJitter } from '../../../lib/statistics/jitter.ts';
import { shift } from './samples.ts';

const packets = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000)), { minLength: 2, maxLength: 50 });

/** RFC 3550, A.8, with the transit times that it keeps. */
function asInTheRfc(sent: readonly number[], received: readonly number[]): number[] {
  let [transit, jitter] = [received[0]! - sent[0]!, 0];
  return sent.slice(1).map((_, i) => {
    const arrived = received[i + 1]! - sent[i + 1]!;
    const d = Math.abs(arrived - transit);
    transit = arrived;
    return (jitter += (1 / 16) * (d - jitter));
  });
}

describe('interarrival jitter', () => {
  it('is that of RFC 3550, A.8', () => {
    fc.assert(
      fc.property(packets, (list) => {
        const sent = list.map(([at]) => at);
        const received = list.map(([at, transit]) => at + transit).toSorted((a, b) => a - b);
        expect([...interarrivalJitter(sent, received)]).to.deep.equal(asInTheRfc(sent, received));
      }),
    );
  });

  it('nears a steady change by sixteenths: d (1 − (15/16)^k)', () => {
    const sent = Array.from({ length: 101 }, (_, i) => 20_000 * i);
    const received = sent.map((at, i) => at + 300 + (i % 2) * 80);
    for (const [i, jitter] of interarrivalJitter(sent, received).entries()) {
      expect(jitter).to.be.closeTo(80 * (1 - (15 / 16) ** (i + 1)), 1e-9);
    }
  });

  it('is none where every packet takes as long, however unevenly they are sent and however far the clocks are apart', () => {
    fc.assert(
      fc.property(packets, shift, (list, offset) => {
        const sent = list.map(([at]) => at).toSorted((a, b) => a - b);
        const jitter = interarrivalJitter(
          sent,
          sent.map((at) => at + offset),
        );
        expect([...jitter]).to.deep.equal(sent.slice(1).map(() => 0));
      }),
    );
  });

  it('takes the packets in the order of their arrival', () => {
    expect(interarrivalJitter([0, 20, 40], [5, 61, 45])).to.deep.equal(interarrivalJitter([0, 40, 20], [5, 45, 61]));
  });

  it('of fewer than two packets is empty; of times that belong to no packet it is refused', () => {
    expect(interarrivalJitter([1], [2])).to.have.length(0);
    expect(() => interarrivalJitter([1, 2], [2])).to.throw(RangeError, '2 packets sent and 1 received');
    expect(() => interarrivalJitter([1, 2], [2, NaN])).to.throw(RangeError);
  });
});
