import { calmRound, pathOf } from './calm.ts';
import { idOf, type Dialled } from '../dialled.ts';
import { isSound } from './merge.ts';
import { stretched } from '../stretched.ts';
import { defaultTimes, type ExchangeTimes } from '../times.ts';
import type { Traffic } from '../traffic.ts';

/** Whether a failure was gone when it was dialled once more, and how long after it had first failed. */
export interface AtTheEnd {
  afterMs: number;
  gone: boolean;
}

/** The most paths, one dial each. */
const askedAtMost = 32;

/**
 * Dials what failed once more, at the end of the run: one dial represents its path. Keyed by the nonce of the first round.
 * Nothing becomes sound by it: it distinguishes temporary faults from persistent ones.
 */
export async function askAtTheEnd(
  failing: Dialled[],
  { newNonce, roundTrips }: Pick<Traffic, 'newNonce' | 'roundTrips'>,
  options: Partial<ExchangeTimes> = {},
): Promise<Map<string, AtTheEnd>> {
  const times = stretched({ ...defaultTimes, ...options }, roundTrips.longestMs);
  const paths = [...Map.groupBy(failing, pathOf).values()].slice(0, askedAtMost);
  const first = paths.flatMap((path) => path.slice(0, 1));
  const at = performance.now();
  // Each is dialled, none represents another: a fault may be gone on one path and not on the next.
  const found = await calmRound(first, {
    times: { ...times, calm: { ...times.calm, standAfter: Infinity } },
    newNonce,
  });
  const told = new Map<string, AtTheEnd>();
  for (const path of paths) {
    const again = path[0] === undefined ? undefined : found.get(path[0]);
    if (again === undefined || again.inconclusive !== null) continue;
    for (const dial of path)
      if (dial.failedAt !== null)
        told.set(idOf(dial), { afterMs: Math.round(at - dial.failedAt), gone: isSound(again) });
  }
  return told;
}
