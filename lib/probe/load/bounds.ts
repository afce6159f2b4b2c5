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

/** What an agent has sent so far, and whether a load is in progress. */
export interface LoadsSoFar {
  ms: number;
  bytes: number;
  isTaken: boolean;
}

/** Nothing yet. */
export function noLoadsYet(): LoadsSoFar {
  return { ms: 0, bytes: 0, isTaken: false };
}

/** What one request may still send. Only one can be open at a time; `close` it. */
export class Allowance {
  #startedAt = performance.now();
  #bytes = 0;
  readonly #soFar: LoadsSoFar;
  readonly #ms: number;
  readonly #most: number;

  /** The minimum of what is asked for, of the limit per request, and of what is left of the agent's. Throws an Error with one sentence when nothing is left, or another load is in progress. */
  constructor({ budgetMs, budgetBytes }: { budgetMs: number; budgetBytes: number }, soFar: LoadsSoFar) {
    if (soFar.isTaken) throw new Error('another load is going on');
    this.#ms = Math.min(budgetMs, loadLimits.requestMs, loadLimits.agentMs - soFar.ms);
    this.#most = Math.min(budgetBytes, loadLimits.requestBytes, loadLimits.agentBytes - soFar.bytes);
    if (!(this.#ms > 0 && this.#most > 0)) throw new Error('this probe has sent as much as it may in its life');
    soFar.isTaken = true;
    this.#soFar = soFar;
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
    this.#soFar.ms += this.spent.ms;
    this.#soFar.bytes += this.#bytes;
    this.#soFar.isTaken = false;
  }
}
