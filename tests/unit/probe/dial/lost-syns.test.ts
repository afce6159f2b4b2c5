import { expect } from 'chai';
import { describe, it } from 'mocha';
import { lostSynsIn } from '../../../../lib/probe/dial/lost-syns.ts';

describe('SYNs that were lost', () => {
  for (const [passedMs, awakeMs, lost] of [
    [3, 3, 0],
    [900, 900, 0],
    [1_002, 1_002, 1],
    // A short stall meanwhile.
    [1_015, 880, 1],
    [3_010, 2_900, 2],
    [7_020, 6_800, 3],
    // Nearly all of it was a stall.
    [1_015, 60, 0],
    [5_000, 40, 0],
    // The second of two may have been one.
    [3_010, 1_000, 1],
  ] as const)
    it(`are ${lost} in ${passedMs} ms, ${awakeMs} of them awake`, () => {
      expect(lostSynsIn({ passedMs, awakeMs })).to.equal(lost);
    });

  it('are not those that are sent again since the way is long', () => {
    const lost = (passedMs: number): number => lostSynsIn({ passedMs, awakeMs: passedMs, handshakeMs: 1_200 });
    expect([1_200, 1_500, 2_202, 4_210].map(lost)).to.deep.equal([0, 0, 1, 2]);
  });
});
