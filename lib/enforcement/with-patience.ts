import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import { defaultTimes } from '../mesh/times.ts';
import type { Session } from '../verdict/session.ts';
import { gotThrough, withAgain } from './in-force.ts';
import { planAgain } from './ways.ts';

/** As long as wherever an answer is expected. */
const patienceMs = defaultTimes.dialTimeoutMs;

/**
 * Dials that are forbidden and were not answered are made once more, with the usual patience, where a probe stood still meanwhile, and where
 * others reach the same pod all the same: on a busy machine an answer may take longer than a denial is given (seen on 16 nodes, where
 * nobody enforces policies: 5 of 320), and a denial would be seen where there is none.
 */
export async function withPatience(
  session: Session,
  { made, forbidden, names }: { made: Exchanged; forbidden: readonly Dialled[]; names: readonly string[] },
): Promise<Exchanged> {
  const reached = new Set(forbidden.filter(gotThrough).map(({ to }) => to.id));
  const unanswered = forbidden.filter((dial) => !gotThrough(dial) && (dial.spoilt || reached.has(dial.to.id)));
  if (unanswered.length === 0) return made;
  const again = await session.exchange({ ...planAgain(unanswered), under: { names, patienceMs: () => patienceMs } });
  const known = { ...again, dialled: again.dialled.filter(({ inconclusive }) => inconclusive === null) };
  return withAgain(made, known, { of: unanswered });
}
