import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Window } from '../../../../lib/probe/load/window.ts';

/** Sends whenever it may, for so long, over a path of this round trip and of so many milliseconds for each; what was on the way at most, and how long the window was full. */
function turnOver({ roundTripMs, eachMs, forMs = 200 }: { roundTripMs: number; eachMs: number; forMs?: number }) {
  const window = new Window({ least: 1, most: 16 });
  const arrivals: number[] = [];
  let arrived = 0;
  let freeAt = 0;
  let most = 0;
  for (let now = 0; now < forMs; now += 0.05) {
    while (arrivals[arrived]! <= now) window.acknowledge((arrived += 1), now);
    for (; !window.isFull; most = Math.max(most, arrivals.length - arrived)) {
      window.send(now);
      freeAt = Math.max(freeAt, now) + eachMs;
      arrivals.push(freeAt + roundTripMs);
    }
  }
  return { most, full: window.fullMs / forMs };
}

describe('the window of a load', () => {
  it('opens on a fast path, and is the limit where the round trip is long', () => {
    const far = turnOver({ roundTripMs: 10, eachMs: 0.2 });
    expect(far.most).to.equal(16);
    expect(far.full).to.be.above(0.6);
  });

  it('is not the limit where a link is', () => {
    // 10 and 2 Gbit/s.
    for (const eachMs of [0.21, 1.05]) {
      const { most, full } = turnOver({ roundTripMs: 0.2, eachMs });
      expect(most).to.equal(16);
      expect(full).to.be.below(0.1);
    }
  });

  it('stays small on a slow link: what is on the way takes no longer than a turn', () => {
    // 100 and 30 Mbit/s.
    expect(turnOver({ roundTripMs: 0.2, eachMs: 21 }).most).to.be.at.most(3);
    expect(turnOver({ roundTripMs: 0.2, eachMs: 70, forMs: 1_000 }).most).to.be.at.most(3);
  });

  it('is free again when what is on the way is given up, and in a new turn', () => {
    const window = new Window({ least: 2, most: 2 });
    for (const free of [() => window.giveUp(), () => window.begin()]) {
      for (; !window.isFull; window.send(0));
      free();
      expect(window.isFull).to.equal(false);
    }
    expect(window.acknowledge(1, 0)).to.equal(false);
  });
});
