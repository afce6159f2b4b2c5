import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 5;
/** Far longer than anything here takes on a busy machine. */
const limitMs = 10_000;

/** Comes back as soon as it holds; throws with what was waited for when it does not within ten seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await sleep(pollMs);
  }
}
