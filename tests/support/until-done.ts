import { setTimeout as pause } from 'node:timers/promises';

const everyMs = 200;
const triesAtMost = 100;

/** Tries again and again, for 20 s and as long as the tries take, until one does not throw: what it then returns. Throws what the last one threw. */
export async function untilDone<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await attempt();
    } catch (error) {
      if (tries === triesAtMost) throw error;
      await pause(everyMs);
    }
}
