/** How much may be in flight without an acknowledgement, and whether that is what limits a flow. */

/** A chunk or datagram that took this much longer than the fastest one waited in a queue. */
const queuedFrom = 1.5;
/** A longer queue only makes a turn longer, so a growing window stays below it. */
const queueMs = 20;

/** Of one flow, in chunks or datagrams. What it learned of the path stays from turn to turn. */
export class Window {
  readonly #least: number;
  readonly #most: number;
  #size: number;
  #sent = 0;
  #arrived = 0;
  /** When the last ones were sent, indexed by number modulo the window. */
  readonly #sentAt: Float64Array;
  /** The fastest acknowledgement. */
  #fastestMs = Infinity;
  #fullSince: number | null = null;
  #fullMs = 0;

  /** Begins with `least`; grows up to `most` as they are acknowledged without a queue, and shrinks when there is one. */
  constructor({ least, most }: { least: number; most: number }) {
    this.#size = least;
    this.#least = least;
    this.#most = most;
    this.#sentAt = new Float64Array(most);
  }

  /** A new turn, with nothing in flight. */
  begin(): void {
    this.#sent = 0;
    this.#arrived = 0;
    this.#fullSince = null;
    this.#fullMs = 0;
  }

  get isFull(): boolean {
    return this.#sent - this.#arrived >= this.#size;
  }

  send(now: number): void {
    this.#sentAt[this.#sent % this.#most] = now;
    this.#sent += 1;
    if (this.#sent - this.#arrived >= this.#most) this.#fullSince = now;
  }

  /** This many of this turn have arrived. Returns false if that was known already. */
  acknowledge(count: number, now: number): boolean {
    if (count <= this.#arrived || count > this.#sent) return false;
    const tookMs = now - this.#sentAt[(count - 1) % this.#most]!;
    this.#fastestMs = Math.min(this.#fastestMs, tookMs);
    const step = tookMs <= this.#fastestMs + queueMs ? 1 : -1;
    this.#size = Math.min(this.#most, Math.max(this.#least, this.#size + step * (count - this.#arrived)));
    if (this.#fullSince !== null && tookMs < queuedFrom * this.#fastestMs) this.#fullMs += now - this.#fullSince;
    this.#fullSince = null;
    this.#arrived = count;
    return true;
  }

  /** Counts everything in flight as lost. */
  giveUp(): void {
    this.#arrived = this.#sent;
    this.#fullSince = null;
  }

  /** Milliseconds of this turn during which the window was full, while what was acknowledged had not waited in a queue: neither a link nor the receiver was slower than the window. */
  get fullMs(): number {
    return this.#fullMs;
  }
}
