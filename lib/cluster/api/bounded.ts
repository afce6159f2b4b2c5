/** Nothing here waits for ever. */
import { setTimeout as sleep } from 'node:timers/promises';

/** The promise's own end, or an Error "…: no end after N s". What it was doing goes on unobserved. */
export async function bounded<T>(
  promise: Promise<T>,
  { deadlineMs, what }: { deadlineMs: number; what: string },
): Promise<T> {
  const timer = new AbortController();
  const late = sleep(deadlineMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what}: no end after ${deadlineMs / 1000} s`);
  });
  // The loser of the race must not become an unhandled rejection.
  late.catch(() => {});
  promise.catch(() => {});
  return Promise.race([promise, late]).finally(() => timer.abort());
}

/** Pauses; ends early, without an error, when `signal` fires. */
export async function pause(ms: number, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => {});
}
