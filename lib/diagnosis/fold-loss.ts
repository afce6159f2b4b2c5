import { foldAtRandom } from './at-random.ts';
import type { Fold } from './fold.ts';
import type { Observation } from './observations.ts';
import { matches } from './pattern.ts';

/** Folds dials that lost some of their packets. TCP hides loss by sending again, so that a pattern is about UDP; ports tell nothing. */
export function foldLoss(failing: Observation[], healthy: Observation[]): Fold[] {
  const { folds } = foldAtRandom(failing, healthy, {
    symptom: 'lossy',
    trials: ({ attempts, answered }) => ({ sent: attempts, lost: attempts - answered }),
    background: 0.001,
    price: 1,
    accepts: ({ protocol }) => protocol !== null,
  });
  return folds.map((one) => ({ ...one, partly: false }));
}

/** A dial that got nothing through on a lossy leg is no second fault: it is counted with the others. Returns whether it was. */
export function absorb(seen: Observation, lossy: Fold[]): boolean {
  if (seen.symptom !== 'lost') return false;
  const found = lossy.find(({ pattern }) => seen.suspect.some((leg) => matches(pattern, leg)));
  found?.edges.push(seen.edge);
  return found !== undefined;
}
