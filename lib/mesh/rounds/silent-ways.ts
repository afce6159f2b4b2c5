import type { DialRecord } from '../../conversations/dial.ts';
import type { PlannedDial } from '../dialled.ts';
import { wayOf } from './way.ts';

/** So many dials of a way must have waited in vain; fewer may be two probes that are busy. */
const waitedAtLeast = 4;

/** Tells ways on which nothing is answered, while a round goes on: their dials send next to nothing, and hold up no others. */
export class SilentWays {
  /** By way, those that wait: when they were sent, by nonce. */
  readonly #waiting = new Map<string, Map<string, number>>();
  readonly #answered = new Set<string>();
  readonly #patienceMs: number;
  readonly #dead: ReadonlyMap<string, unknown>;

  /** `patienceMs`: after so long without an answer a dial has waited in vain. `dead`: ways that were dead before. */
  constructor(patienceMs: number, dead: ReadonlyMap<string, unknown> = new Map()) {
    this.#patienceMs = patienceMs;
    this.#dead = dead;
  }

  sent(dial: PlannedDial, at: number): void {
    const way = wayOf(dial);
    const waiting = this.#waiting.get(way) ?? new Map<string, number>();
    this.#waiting.set(way, waiting.set(dial.nonce, at));
  }

  /** One that ended by its time-out stays: it waited in vain. */
  ended(dial: PlannedDial, record: Pick<DialRecord, 'outcome' | 'unclosed'>): void {
    if (isSilence(record)) return;
    const way = wayOf(dial);
    this.#waiting.get(way)?.delete(dial.nonce);
    this.#answered.add(way);
  }

  /** Whether no dial of the same way was answered yet, and several have waited in vain. */
  isSilent(dial: PlannedDial, at: number): boolean {
    const way = wayOf(dial);
    // Large ones fill sockets at once, should they arrive after all.
    if (dial.size !== undefined || this.#answered.has(way)) return false;
    if (this.#dead.has(way)) return true;
    let inVain = 0;
    for (const sentAt of this.#waiting.get(way)?.values() ?? []) {
      if (at - sentAt < this.#patienceMs) break;
      inVain += 1;
      if (inVain === waitedAtLeast) return true;
    }
    return false;
  }
}

/** Nothing came: a connection that only did not come to its end was answered. */
export function isSilence({ outcome, unclosed }: Pick<DialRecord, 'outcome' | 'unclosed'>): boolean {
  return outcome === 'timeout' && unclosed === undefined;
}
