import { watchBusy } from './busy.ts';
import type { Report } from './packet.ts';
import type { Busy } from '../../conversations/load.ts';

/** What arrived in one turn; bytes or datagrams. */
export class Turn {
  readonly number: number;
  all = 0;
  finished: Promise<Report> | null = null;
  #counted = 0;
  #from = 0;
  #to = 0;
  #busy: (() => Busy) | null = null;

  constructor(number: number) {
    this.number = number;
  }

  /** The clock runs from the first to the last counted one. */
  add(amount: number, { isCounted }: { isCounted: boolean }): void {
    this.all += amount;
    if (!isCounted) return;
    this.#to = performance.now();
    if (this.#busy === null) {
      this.#busy = watchBusy();
      this.#from = this.#to;
    }
    this.#counted += amount;
  }

  /** Ends the turn. `dropped` is asked for last. */
  async report(dropped: () => Promise<number>): Promise<Report> {
    // First, since the thread's work until now belongs to the turn, but reading drops does not.
    const busy = this.#busy?.() ?? { cpu: 0, waited: 0, loop: 0 };
    return { received: this.#counted, ms: this.#to - this.#from, dropped: await dropped(), busy };
  }
}
