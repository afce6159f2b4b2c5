/** Waits with a limit. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Settles with the promise, or with an Error "…: no end after N s". Work given as a function gets a signal that fires then; a promise continues unobserved. */
export async function bounded<T>(
  work: Promise<T> | ((over: AbortSignal) => Promise<T>),
  { deadlineMs, what }: { deadlineMs: number; what: string },
): Promise<T> {
  const timer = new AbortController();
  const over = new AbortController();
  const late = sleep(deadlineMs, undefined, { signal: timer.signal }).then(() => {
    over.abort();
    throw new Error(`${what}: no end after ${deadlineMs / 1000} s`);
  });
  // The loser of the race must not become an unhandled rejection.
  late.catch(() => {});
  const promise = typeof work === 'function' ? work(over.signal) : work;
  promise.catch(() => {});
  return Promise.race([promise, late]).finally(() => timer.abort());
}

/** Pauses; ends early, without an error, when `signal` fires. */
export async function pause(ms: number, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => {});
}
