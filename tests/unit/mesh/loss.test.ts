import { expect } from 'chai';
import { assert, integer, property } from 'fast-check';
import { describe, it } from 'mocha';
import { isLossy, toleratedLoss } from '../../../lib/mesh/loss.ts';

const lost = (hits: number, sent: number): boolean => isLossy({ sent, answered: sent - hits });

describe('loss', () => {
  it('is not one datagram of many, which chance explains', () => {
    for (const sent of [20, 220, 1_000]) expect(lost(0, sent), `0 of ${sent}`).to.equal(false);
    expect(lost(1, 220)).to.equal(false);
    expect(lost(4, 220)).to.equal(false);
  });

  it('is what chance does not explain', () => {
    expect(lost(66, 220)).to.equal(true);
    expect(lost(10, 220)).to.equal(true);
    expect(lost(20, 20)).to.equal(true);
  });

  it('is not what is tolerated, however much was sent', () => {
    for (const sent of [200, 1_000, 10_000]) expect(lost(sent * toleratedLoss, sent), String(sent)).to.equal(false);
    expect(lost(2 * toleratedLoss * 10_000, 10_000)).to.equal(true);
  });

  it('is not seen where nothing was sent', () => {
    expect(lost(0, 0)).to.equal(false);
  });

  it('stays loss when more is lost of the same number', () => {
    assert(
      property(integer({ min: 1, max: 500 }), integer({ min: 0, max: 499 }), (sent, hits) => {
        const fewer = Math.min(hits, sent - 1);
        return !lost(fewer, sent) || lost(fewer + 1, sent);
      }),
    );
  });
});
