import { expect } from 'chai';
import { describe, it } from 'mocha';
import { estimateRatio, isNarrow } from '../../../lib/headroom/ratio.ts';
import { round } from './turns.ts';

const rounds = (count: number, about: Parameters<typeof round>[0] = {}) =>
  Array.from({ length: count }, (_, n) => round({ ...about, to: `node-${n + 2}`, seed: n + 1 }));

describe('the ratio of a load', () => {
  it('is what was put there, within its interval, and 1 for the control', () => {
    for (const ratio of [0.9, 1, 1.05]) {
      const found = estimateRatio(rounds(6, { ratio }), { seed: 1 })!;
      expect(found.ratio.lower).to.be.below(ratio);
      expect(found.ratio.upper).to.be.above(ratio);
      expect(isNarrow(found.ratio)).to.equal(true);
      expect(found).to.include({ rounds: 6, pairs: 6, blocks: 240, isSound: true, lost: 0 });
      expect(found.perSecond.podIP).to.be.closeTo(1.25e9, 0.02e9);
      expect(found.perSecond.clusterIP).to.be.closeTo(ratio * 1.25e9, 0.03e9);
    }
  });

  it('has a wide interval where rounds differ, however many blocks each has', () => {
    const differing = [0.8, 0.9, 1, 1.1, 1.2].map((ratio, n) => round({ ratio, blocks: 400, seed: n }));
    const { ratio } = estimateRatio(differing, { seed: 1 })!;
    expect(isNarrow(ratio)).to.equal(false);
    expect([ratio.lower < 0.95, ratio.upper > 1.05]).to.deep.equal([true, true]);
  });

  it('is not believed when the same path twice gives two rates', () => {
    expect(estimateRatio(rounds(6, { control: 1.1 }), { seed: 1 })!.isSound).to.equal(false);
  });

  it('tells which probe was the limit', () => {
    const limitOf = (busy: { sender?: number; receiver?: number; waited?: number }, full = 0) =>
      estimateRatio([round({ busy, full })], { seed: 1 })!.limitedBy;
    expect(limitOf({})).to.equal(null);
    expect(limitOf({ sender: 0.95 })).to.equal('sending probe');
    expect(limitOf({ receiver: 0.9 })).to.equal('receiving probe');
    expect(limitOf({ sender: 1, receiver: 1 })).to.equal('probes');
    expect(limitOf({}, 0.9)).to.equal('window');
    expect(limitOf({ sender: 0.95 }, 0.9)).to.equal('sending probe');
    // Ready to run, and not let.
    expect(limitOf({ sender: 0.5, waited: 0.45 })).to.equal('sending probe');
  });

  it('tells what was lost, and what the probe’s own sockets lost of it', () => {
    const { lost, dropped } = estimateRatio([round({ protocol: 'UDP', lost: 0.02, dropped: 0.01 })], { seed: 1 })!;
    expect(lost).to.be.closeTo(0.02, 0.001);
    expect(dropped).to.be.closeTo(0.01, 0.001);
  });

  it('is of whole blocks only, and there is none without one', () => {
    const one = round({ blocks: 3 });
    one.turns[0]!.received = 0;
    expect(estimateRatio([one], { seed: 1 })!.blocks).to.equal(2);
    expect(estimateRatio([round({ blocks: 0 })], { seed: 1 })).to.equal(null);
    expect(estimateRatio([], { seed: 1 })).to.equal(null);
  });
});
