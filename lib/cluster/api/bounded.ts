/** Waits with a limit. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Settles with the promise, or with an Error "…: no end after N s"; the work itself then continues unobserved. */
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
