import { foldAtRandom } from './at-random.ts';
import type { Folded } from './explained.ts';
import type { Leg, Observation, Symptom } from './observations.ts';
import { cost } from './pattern.ts';

/** So many failing dials on single ports, or without a pattern, may as well be chance. */
const scatteredFrom = 3;
/** What it takes from the likelihood of an explanation when it leaves a dial out, and when it names ports: many ranges were tried. */
const pricePerDial = 9;
const pricePerPorts = 5;

/**
 * What strikes at random (a rate limit, a full table) strikes on ports by chance, and every port has its pattern then.
 * Where one rate on one path explains the same more cheaply, that is told.
 */
export function likelierOf(
  folded: Folded,
  { symptom, some, healthy }: { symptom: Symptom; some: Observation[]; healthy: Observation[] },
): Folded {
  if (!comesAndGoes.has(symptom)) return folded;
  const unexplained = [...folded.rest, ...folded.folds.flatMap(({ partly, edges }) => (partly ? edges : []))];
  const onPorts = folded.folds.filter(({ partly, pattern }) => !partly && pattern.ports !== null);
  if (unexplained.length + onPorts.flatMap(({ edges }) => edges).length < scatteredFrom) return folded;
  const price = folded.folds.reduce((sum, { pattern }) => sum + cost(pattern), 0);
  const score = -price - pricePerPorts * onPorts.length - pricePerDial * unexplained.length;
  const view = some.every(({ suspect }) => suspect.some(isRequest))
    ? asOpened
    : (seen: Observation): Observation => seen;
  const random = foldAtRandom(some.map(view), healthy.map(view), {
    symptom,
    trials: ({ problems }) => ({ sent: 1, lost: problems.length === 0 ? 0 : 1 }),
    background: 0.0001,
    price: 0.5,
    accepts: () => true,
  });
  if (random.score - pricePerDial * random.rest.length <= score) return folded;
  return { folds: random.folds, rest: random.rest.map(({ edge }) => edge) };
}

const isRequest = (leg: Leg): boolean => !leg.answer;

/** A dial as the one who opened it sees it: where it may have been either way, who opens what fails still tells a direction. */
function asOpened(seen: Observation): Observation {
  return { ...seen, suspect: seen.suspect.filter(isRequest), sound: seen.sound.filter(isRequest) };
}

const comesAndGoes: ReadonlySet<Symptom> = new Set<Symptom>(['lost', 'refused', 'damaged', 'slow']);
