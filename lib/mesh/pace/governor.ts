import type { Arrival } from './lateness.ts';
import type { Pace } from './pace.ts';

/** What a run sent, and how the network coped. */
export interface PaceReached {
  /** The highest rate allowed, packets a second in all. */
  perSecond: number;
  /** The most dials that waited for an answer at once. */
  inFlight: number;
  /** How often the rate was reduced, since answers came late or not at all. */
  slowedDown: number;
  /** Packets a second in all when answers first came late; null when they never did. */
  lateFrom: number | null;
  /** Answers that waited for longer than a dial counts as waiting: many of them show that the probes could not keep up. */
  overdue: number;
}

/** An exchange that goes on, until it is disposed of. */
export interface Turn extends Disposable {
  /** Packets a second that one of so many sources of this exchange may send now; others send at the same time. */
  share: (sources: number) => number;
}

/** The shortest time between changes of the rate, ms. */
const intervalMs = 60;
/** After a reduction, what is still in flight reflects the earlier rate. */
const settlingMs = 200;
/** More late answers than this are not a single accident. */
const tolerated = 0.1;
const growth = 1.3;
const cut = 0.7;
/** How many answers come a second, and how many of them waited, is a mean of about this long, ms. */
const memoryMs = 1_000;

/**
 * Decides how many packets a second all probes together may send: begins gently, doubles while all answers come in time, and from
 * the first late ones on decreases and grows slowly, as congestion control does. A path without answers says nothing.
 */
export class Governor {
  readonly #pace: Pace;
  readonly #now: () => number;
  #nodes = 1;
  #perSecond = 0;
  #doubling = true;
  #since = 0;
  #settledAt = 0;
  #spent = 0;
  /** The recent rate, packets a second: what is late now was sent then. */
  #lastRate = 0;
  #answers = 0;
  #late = 0;
  #overdue = 0;
  /** Of late. */
  #perSecondAnswered = { all: 0, overdue: 0 };
  #inFlight = 0;
  /** Exchanges that go on: over how many nodes, and of how many probes that have something to send. */
  readonly #going = new Map<Turn, { nodes: number; sources: number }>();
  readonly #reached: PaceReached = { perSecond: 0, inFlight: 0, slowedDown: 0, lateFrom: null, overdue: 0 };

  constructor(pace: Pace, { now = () => performance.now() }: { now?: () => number } = {}) {
    this.#pace = pace;
    this.#now = now;
  }

  /** An exchange of probes on so many nodes begins: at the rate at which the last one ended, if there was one. Those that go on at the same time share it. */
  begin({ nodes }: { nodes: number }): Turn {
    this.#nodes = Math.max(1, nodes, ...[...this.#going.values()].map((one) => one.nodes));
    const { first } = this.#pace;
    this.#perSecond = clamp(
      this.#perSecond || Math.min(first.perNode * this.#nodes, first.inAll),
      this.#slowest,
      this.#fastest,
    );
    if (this.#going.size === 0) this.#reset(this.#now());
    const turn: Turn = {
      share: (sources) => {
        this.#going.set(turn, { nodes, sources });
        return this.#share();
      },
      [Symbol.dispose]: () => void this.#going.delete(turn),
    };
    this.#going.set(turn, { nodes, sources: 0 });
    return turn;
  }

  #share(): number {
    this.#adjust();
    const sources = [...this.#going.values()].reduce((sum, one) => sum + one.sources, 0);
    return Math.min(this.#perSecond / Math.max(1, sources), this.#pace.fastest.perProbe);
  }

  /** Records that this many packets are sent. */
  spend(packets: number): void {
    this.#spent += packets;
  }

  /** Records that this many more, or fewer, dials wait for an answer. */
  flying(change: number): void {
    this.#inFlight += change;
    this.#reached.inFlight = Math.max(this.#reached.inFlight, this.#inFlight);
  }

  /** Records an answer: late, or with others of the same dial missing, or in time. */
  answered({ late, waitedMs }: Arrival): void {
    this.#answers += 1;
    if (late) this.#late += 1;
    if (waitedMs > this.#pace.patienceMs) this.#overdue += 1;
  }

  /** Whether one more dial may wait for an answer, of all exchanges together. */
  get hasRoom(): boolean {
    return this.#inFlight < this.#window;
  }

  /** The most that may wait at once. What waits longer than it is worked off is a queue: more of it only makes all of it later. */
  get #window(): number {
    const { inFlight, crowded } = this.#pace;
    const { all, overdue } = this.#perSecondAnswered;
    if (this.#reached.overdue < crowded.answers || overdue <= crowded.share * all) return inFlight.inAll;
    return Math.min(inFlight.inAll, Math.max(crowded.perNode * this.#nodes, (all * crowded.withinMs) / 1_000));
  }

  /** The figures so far. */
  get reached(): PaceReached {
    // What came after the last request is not added yet.
    return { ...this.#reached, overdue: this.#reached.overdue + this.#overdue };
  }

  get #slowest(): number {
    return Math.min(this.#pace.slowest * this.#nodes, this.#pace.fastest.inAll);
  }

  get #fastest(): number {
    return Math.min(this.#pace.fastest.perNode * this.#nodes, this.#pace.fastest.inAll);
  }

  #adjust(): void {
    const now = this.#now();
    const passed = now - this.#since;
    if (passed < intervalMs) return;
    const rate = (1_000 * this.#spent) / passed;
    if (now >= this.#settledAt && this.#late > 0 && this.#late > tolerated * this.#answers) {
      this.#reached.lateFrom ??= Math.round(Math.max(rate, this.#lastRate));
      this.#reached.slowedDown += 1;
      this.#doubling = false;
      this.#perSecond = clamp(this.#perSecond * cut, this.#slowest, this.#fastest);
      this.#settledAt = now + settlingMs;
    } else if (this.#late === 0 && this.#answers > 0 && rate > this.#perSecond / 2) {
      this.#perSecond = clamp(this.#perSecond * (this.#doubling ? 2 : growth), this.#slowest, this.#fastest);
    }
    this.#lastRate = Math.max(rate, 0.8 * this.#lastRate);
    const weight = Math.min(1, passed / memoryMs);
    const mean = (before: number, count: number): number => before + weight * ((1_000 * count) / passed - before);
    const { all, overdue } = this.#perSecondAnswered;
    this.#perSecondAnswered = { all: mean(all, this.#answers), overdue: mean(overdue, this.#overdue) };
    this.#reset(now);
  }

  #reset(now: number): void {
    this.#reached.overdue += this.#overdue;
    this.#since = now;
    this.#spent = 0;
    this.#answers = 0;
    this.#late = 0;
    this.#overdue = 0;
    this.#reached.perSecond = Math.max(this.#reached.perSecond, Math.round(this.#perSecond));
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
