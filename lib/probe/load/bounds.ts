/** The most load that a probe generates, whatever it is asked for. */

const GiB = 1024 ** 3;

/** One request, and all requests in an agent's life. */
export const loadLimits = {
  requestMs: 5_000,
  requestBytes: 4 * GiB,
  agentMs: 30_000,
  agentBytes: 24 * GiB,
  turnMs: 1_000,
} as const;

let spentMs = 0;
let spentBytes = 0;
let isTaken = false;

/** What one request may still send. Only one can be open at a time; `close` it. */
export class Allowance {
  #startedAt = performance.now();
  #bytes = 0;
  readonly #ms: number;
  readonly #most: number;

  /** The minimum of what is asked for, of the limit per request, and of what is left of the agent's. Throws an Error with one sentence when nothing is left, or another load is in progress. */
  constructor({ budgetMs, budgetBytes }: { budgetMs: number; budgetBytes: number }) {
    if (isTaken) throw new Error('another load is going on');
    this.#ms = Math.min(budgetMs, loadLimits.requestMs, loadLimits.agentMs - spentMs);
    this.#most = Math.min(budgetBytes, loadLimits.requestBytes, loadLimits.agentBytes - spentBytes);
    if (!(this.#ms > 0 && this.#most > 0)) throw new Error('this probe has sent as much as it may in its life');
    isTaken = true;
  }

  spend(bytes: number): void {
    this.#bytes += bytes;
  }

  get spent(): { ms: number; bytes: number } {
    return { ms: performance.now() - this.#startedAt, bytes: this.#bytes };
  }

  /** Whether this many more milliseconds or bytes would exceed a limit; which one. */
  exceededBy({ ms, bytes }: { ms: number; bytes: number }): 'time' | 'bytes' | null {
    const { spent } = this;
    if (spent.bytes + bytes > this.#most) return 'bytes';
    return spent.ms + ms > this.#ms ? 'time' : null;
  }

  close(): void {
    spentMs += this.spent.ms;
    spentBytes += this.#bytes;
    isTaken = false;
  }
}
