import { setTimeout as delay } from 'node:timers/promises';
import { interrupted, notReady } from './errors.ts';
import { labFolder } from './places.ts';

export interface WaitOptions {
  /** What is waited for, as the start of a sentence. */
  readonly what: string;
  readonly withinMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Throws when waiting is pointless, for instance because a component died. */
  readonly check: () => Promise<void>;
}

/** Asks until the answer is `true`; any other answer says what was seen instead. LAB_NOT_READY with the last answer when time is up. */
export async function waitFor(
  question: () => Promise<true | string>,
  { what, withinMs, everyMs = 100, signal, check }: WaitOptions,
): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    if (signal?.aborted) throw interrupted();
    const answer = await question().catch((error: Error & { code?: string }) => error.code ?? error.message);
    if (answer === true) return;
    await check();
    if (performance.now() > end) throw notReady(what, withinMs / 1000, answer, labFolder);
    await delay(everyMs);
  }
}
