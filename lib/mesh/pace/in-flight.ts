import type { Probe } from '../../cluster/model.ts';
import type { PlannedDial } from '../dialled.ts';
import type { Governor } from './governor.ts';
import type { Pace } from './pace.ts';

interface Flight {
  dial: PlannedDial;
  at: number;
}

/** Dials that wait for an answer: how many there are of and to each probe and node, and whether one more may be made. */
export class InFlight {
  readonly #pace: Pace;
  readonly #governor: Governor;
  readonly #flights = new Map<string, Flight>();
  readonly #counts = new Map<string, number>();

  constructor(pace: Pace, governor: Governor) {
    this.#pace = pace;
    this.#governor = governor;
  }

  /** Whether this source may dial anybody. */
  hasRoom(from: Probe): boolean {
    const { inFlight } = this.#pace;
    return this.#flights.size < inFlight.inAll && this.#count(`from ${from.uid}`) < inFlight.perProbe;
  }

  /** Whether one more dial to this target, between these two nodes, is few enough. */
  admits({ from, to }: PlannedDial): boolean {
    const { inFlight } = this.#pace;
    return (
      this.#count(`to ${to.uid}`) < inFlight.perTarget &&
      this.#count(`at ${from.node}`) < inFlight.perNode &&
      this.#count(`at ${to.node}`) < inFlight.perNode
    );
  }

  add(dial: PlannedDial, at: number): void {
    this.#flights.set(dial.nonce, { dial, at });
    this.#change(dial, 1);
  }

  /** It has ended, or is waited for too long to count; a second time does nothing. */
  remove(nonce: string): void {
    const flight = this.#flights.get(nonce);
    if (flight === undefined) return;
    this.#flights.delete(nonce);
    this.#change(flight.dial, -1);
  }

  /** Those that began before this moment no longer count. */
  forget(before: number): void {
    for (const [nonce, { at }] of this.#flights) {
      if (at > before) return;
      this.remove(nonce);
    }
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #change({ from, to }: PlannedDial, by: number): void {
    this.#governor.flying(by);
    for (const key of [`from ${from.uid}`, `to ${to.uid}`, ...new Set([`at ${from.node}`, `at ${to.node}`])])
      this.#counts.set(key, this.#count(key) + by);
  }
}
