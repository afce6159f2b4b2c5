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
  const first = paths.flatMap((path) => path.slice(0, 1).map(asNotAnswered));
  const at = performance.now();
  // Each is dialled, none represents another: a fault may be gone on one path and not on the next.
  const found = await calmRound(first, {
    times: { ...times, calm: { ...times.calm, standAfter: Infinity } },
    newNonce,
  });
  const told = new Map<string, AtTheEnd>();
  for (const [n, path] of paths.entries()) {
    const [before] = path;
    const asked = first[n];
    const again = asked === undefined ? undefined : found.get(asked);
    if (before === undefined || again === undefined || again.inconclusive !== null) continue;
    if (isSound(again) && !wouldHaveFailed(before, again)) continue;
    for (const dial of path)
      if (dial.failedAt !== null)
        told.set(idOf(dial), { afterMs: Math.round(at - dial.failedAt), gone: isSound(again) });
  }
  return told;
}

/** What was refused at times counts as refused for as long as its rounds are one: here it is a question of its own. */
function asNotAnswered(dial: Dialled): Dialled {
  const { record } = dial;
  if (record === null || record.outcome === 'delivered') return { ...dial };
  return { ...dial, answered: 0, record: { ...record, answered: 0 } };
}

/** Less often than this something that goes on as before shows in none of what is asked. */
const byChance = 0.05;

/** Whether what failed as often as that would have done so again, among as many as were asked; else that it did not says nothing. */
function wouldHaveFailed({ attempts, answered }: Dialled, again: Dialled): boolean {
  const share = attempts === 0 ? 1 : (attempts - answered) / attempts;
  const asked = again.rounds.reduce((total, round) => total + round.attempts, 0) - attempts;
  return share === 0 || (1 - share) ** asked < byChance;
}
