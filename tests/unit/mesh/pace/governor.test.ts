import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Governor } from '../../../../lib/mesh/pace/governor.ts';
import { defaultPace, type Pace } from '../../../../lib/mesh/pace/pace.ts';

const pace: Pace = {
  ...defaultPace,
  first: { perNode: 500, inAll: 6_000 },
  slowest: 200,
  fastest: { perProbe: 10_000, perNode: 20_000, inAll: 200_000 },
};

/** A clock that goes by itself, and a network that bears so many packets a second in time. */
function made({ nodes = 3, bears = Infinity }: { nodes?: number; bears?: number }) {
  let now = 0;
  const governor = new Governor(pace, { now: () => now });
  const turn = governor.begin({ nodes });
  const rates: number[] = [];
  const run = (ms: number, { answers = true } = {}): number => {
    for (const end = now + ms; now < end; now += 25) {
      const rate = 9 * turn.share(9);
      governor.spend((rate * 25) / 1_000);
      if (answers) governor.answered({ late: rate > bears, waitedMs: 0 });
      rates.push(rate);
    }
    return rates.at(-1) ?? 0;
  };
  return { governor, turn, run, rates };
}

describe('the governor', () => {
  it('begins gently, by the number of nodes', () => {
    expect(made({ nodes: 3 }).turn.share(1)).to.equal(1_500);
    expect(made({ nodes: 16 }).turn.share(1)).to.equal(6_000);
  });

  it('doubles while answers come in time, up to its limits', () => {
    const { governor, turn, run } = made({});
    expect(run(300)).to.be.within(1_500 * 2 ** 2, 1_500 * 2 ** 5);
    expect(run(2_000)).to.equal(3 * 20_000);
    expect(turn.share(1)).to.equal(10_000);
    expect(governor.reached).to.include({ slowedDown: 0, lateFrom: null, perSecond: 60_000 });
  });

  it('sends less as soon as answers come late, and stays near what the network bears', () => {
    const { governor, run, rates } = made({ bears: 12_000 });
    run(10_000);
    const later = rates.slice(rates.length / 2);
    expect(Math.max(...later)).to.be.below(16_000);
    expect(later.reduce((sum, rate) => sum + rate, 0) / later.length).to.be.within(5_000, 13_000);
    expect(governor.reached.slowedDown).to.be.above(1);
    expect(governor.reached.lateFrom).to.be.within(10_000, 26_000);
  });

  it('never sends less than its slowest, however late all is', () => {
    const { run } = made({ bears: 0 });
    expect(run(10_000)).to.equal(600);
  });

  it('takes silence for no answer at all: dead paths neither speed it up nor slow it down', () => {
    const { turn, run } = made({});
    run(300);
    const before = turn.share(1);
    expect(run(2_000, { answers: false })).to.be.closeTo(9 * turn.share(9), 1);
    expect(turn.share(1)).to.equal(before);
  });

  it('does not grow while nothing is sent', () => {
    let now = 0;
    const governor = new Governor(pace, { now: () => now });
    const turn = governor.begin({ nodes: 3 });
    for (; now < 5_000; now += 25) {
      governor.answered({ late: false, waitedMs: 0 });
      turn.share(9);
    }
    expect(turn.share(1)).to.equal(1_500);
  });

  it('is shared by exchanges that go on at the same time, as long as they have something to send', () => {
    const { governor, turn } = made({ nodes: 3 });
    const other = governor.begin({ nodes: 3 });
    expect(turn.share(3)).to.equal(500);
    expect(other.share(2)).to.equal(300);
    expect(turn.share(3)).to.equal(300);
    other.share(0);
    expect(turn.share(3)).to.equal(500);
    other.share(2);
    other[Symbol.dispose]();
    expect(turn.share(3)).to.equal(500);
  });

  describe('where probes can’t keep up', () => {
    /** After so long with so many answers a second, of which this share waited: how many dials may wait at once. */
    const room = ({
      perSecond,
      share,
      ms = 3_000,
      thenMs = 0,
    }: {
      perSecond: number;
      share: number;
      ms?: number;
      thenMs?: number;
    }) => {
      let now = 0;
      const governor = new Governor(pace, { now: () => now });
      const turn = governor.begin({ nodes: 3 });
      const answer = (overdue: number): void => {
        for (let n = 0; n < perSecond / 10; n += 1)
          governor.answered({ late: n < overdue, waitedMs: n < overdue ? 1_100 : 0 });
        turn.share(1);
      };
      for (; now < ms; now += 100) answer((perSecond / 10) * share);
      for (; now < ms + thenMs; now += 100) answer(0);
      let most = 0;
      for (; governor.hasRoom; most += 1) governor.flying(1);
      return { most, overdue: governor.reached.overdue };
    };

    it('lets as many dials wait as are answered within a moment, and some for each node', () => {
      expect(room({ perSecond: 240, share: 1 / 2 }).most).to.be.within(100, 120);
      expect(room({ perSecond: 20, share: 1 / 2 }).most).to.equal(16 * 3);
      expect(room({ perSecond: 240, share: 1 / 2 }).overdue).to.equal(30 * 12);
    });

    it('does so only while many answers wait', () => {
      const { inAll } = pace.inFlight;
      expect(room({ perSecond: 240, share: 1 / 12 }).most).to.equal(inAll);
      expect(room({ perSecond: 240, share: 1 / 2, thenMs: 500 }).most).to.be.below(150);
      expect(room({ perSecond: 240, share: 1 / 2, thenMs: 3_000 }).most).to.equal(inAll);
      expect([1_500, 1_700].map((ms) => room({ perSecond: 10, share: 1, ms }).most)).to.deep.equal([inAll, 16 * 3]);
    });
  });

  it('goes on where the last exchange ended', () => {
    const { governor, turn, run } = made({});
    run(1_000);
    const before = turn.share(9);
    governor.begin({ nodes: 3 });
    expect(turn.share(9)).to.equal(before);
  });

  it('counts answers that waited after the last request, too', () => {
    const governor = new Governor(defaultPace, { now: () => 0 });
    governor.begin({ nodes: 3 });
    governor.answered({ late: true, waitedMs: 1_100 });
    expect(governor.reached.overdue).to.equal(1);
    governor.begin({ nodes: 3 });
    expect(governor.reached.overdue).to.equal(1);
  });
});
