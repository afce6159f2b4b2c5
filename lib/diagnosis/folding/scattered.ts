import { foldAtRandom } from './at-random.ts';
import type { Folded } from './explained.ts';
import { asOpened, isRequest, type Observation, type Symptom } from './observations.ts';
import { cost, type Place } from './pattern.ts';

/** This many failing dials on single ports, or without a pattern, may well be chance. */
const scatteredFrom = 3;
/** What it takes from the likelihood of an explanation when it leaves a dial out, and when it names ports: many ranges were tried. */
const pricePerDial = 9;
const pricePerPorts = 5;

/**
 * What strikes at random (a rate limit, a full table) hits ports by chance, and then every port has a pattern of its own.
 * Where one rate on one path explains the same more cheaply, that is reported.
 */
export function likelierOf(
  folded: Folded,
  { symptom, some, healthy }: { symptom: Symptom; some: Observation[]; healthy: Observation[] },
): Folded {
  if (!comesAndGoes.has(symptom)) return folded;
  const unexplained = [...folded.rest, ...folded.folds.flatMap(({ partly, edges }) => (partly ? edges : []))];
  const onPorts = folded.folds.filter(({ partly, pattern }) => !partly && pattern.ports !== null);
  const narrow = folded.folds.filter(({ partly, pattern }) => !partly && ofProbes.has(pattern.place.kind));
  const scattered = narrow.length > 1 ? new Set([...onPorts, ...narrow]) : onPorts;
  if (unexplained.length + [...scattered].flatMap(({ edges }) => edges).length < scatteredFrom) return folded;
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

/** Places of single probes: what strikes at random has one for each dial that it struck. */
const ofProbes: ReadonlySet<Place['kind']> = new Set<Place['kind']>([
  'probe to probe',
  'node to probe',
  'probe to node',
  'to probe',
  'from probe',
  'of probe',
  'routed to',
]);

const comesAndGoes: ReadonlySet<Symptom> = new Set<Symptom>([
  'lost',
  'refused',
  'damaged',
  'slow',
  'source translated',
  'port translated',
]);
