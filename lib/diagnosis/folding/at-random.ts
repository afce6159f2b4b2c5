import type { Edge } from '../../verdict/run.ts';
import { candidates } from './candidates.ts';
import { explain, maxFolds, type Fold } from './explained.ts';
import { indexLegs } from './leg-index.ts';
import type { Leg, Observation, Symptom } from './observations.ts';
import { cost, matches, type Pattern } from './pattern.ts';
import { sample, uniqueLegs } from './sample.ts';

/** How often something was tried on an edge, and how often it failed. */
export interface Trials {
  sent: number;
  lost: number;
}

export interface Chance {
  symptom: Symptom;
  trials: (edge: Edge) => Trials;
  /** How often a trial fails where nothing is wrong, from 0 to 1. */
  background: number;
  /** What a unit of a pattern's cost takes from its likelihood: the more there is to count, the less it matters. */
  price: number;
  /** Which patterns may be reported. */
  accepts: (pattern: Pattern) => boolean;
}

export interface FoldedAtRandom {
  folds: Fold[];
  rest: Observation[];
  /** The logarithm of the likelihood of what was seen on the folded paths, minus what the patterns cost. */
  score: number;
}

/**
 * Folds what strikes at random: on a bad path some dials are spared, the more the rarer it strikes. So the pattern wins whose
 * failures one rate explains best, dials that were spared included.
 */
export function foldAtRandom(failing: Observation[], healthy: Observation[], chance: Chance): FoldedAtRandom {
  const folds: Fold[] = [];
  const isSpared = ({ edge }: Observation): boolean => chance.trials(edge).lost === 0;
  const { spared = [], hit = [] } = Object.groupBy(healthy, (seen) => (isSpared(seen) ? 'spared' : 'hit'));
  const around = { spared: dialsOf(spared), hit: dialsOf(hit) };
  let left = failing;
  let score = 0;
  while (left.length > 0 && folds.length < maxFolds) {
    const pattern = likeliest(sample(left), around, chance);
    if (pattern === null) break;
    const { explained, left: unexplained } = explain(pattern, left);
    const others = [...around.hit(pattern), ...around.spared(pattern)];
    score += logLikelihood(sumOf([...explained.edges, ...others], chance)) - chance.price * cost(pattern);
    const tried = explained.edges.length + others.length;
    folds.push({ symptom: chance.symptom, ...explained, partly: others.length > 0, tried, besides: [] });
    left = unexplained;
  }
  return { folds, rest: left, score };
}

/** The dials of a pattern that are not reported as failing: some were hit within what is tolerated, others spared. */
interface Around {
  spared: (pattern: Pattern) => Edge[];
  hit: (pattern: Pattern) => Edge[];
}

function likeliest(failing: Observation[], around: Around, chance: Chance): Pattern | null {
  let best: { pattern: Pattern; score: number } | null = null;
  for (const pattern of candidates(uniqueLegs(failing.flatMap((seen) => seen.suspect)), { ports: [] })) {
    if (!chance.accepts(pattern)) continue;
    const suspect = failing.filter((seen) => seen.suspect.some((leg) => matches(pattern, leg)));
    const hit = [...suspect.map(({ edge }) => edge), ...around.hit(pattern)];
    const price = chance.price * cost(pattern);
    // Spared dials only lower it: most patterns need not be compared with them.
    if (best !== null && evidenceOf(sumOf(hit, chance), chance) - price <= best.score) continue;
    const score = evidenceOf(sumOf([...hit, ...around.spared(pattern)], chance), chance) - price;
    if (best === null || score > best.score) best = { pattern, score };
  }
  return best?.pattern ?? null;
}

function sumOf(edges: Edge[], { trials }: Chance): Trials {
  const sum = { sent: 0, lost: 0 };
  for (const edge of edges) {
    const { sent, lost } = trials(edge);
    sum.sent += sent;
    sum.lost += lost;
  }
  return sum;
}

/** How much better a rate of its own explains these trials than the background does: the logarithm of the likelihood ratio. */
function evidenceOf(trials: Trials, { background }: Chance): number {
  const { sent, lost } = trials;
  // Fewer than the background are no evidence either: otherwise spared dials would count in favour of a pattern that has many of them.
  if (lost <= sent * background) return 0;
  return logLikelihood(trials) - lost * Math.log(background) - (sent - lost) * Math.log(1 - background);
}

/** Of so many failures in so many trials, by the rate that fits best. */
function logLikelihood({ sent, lost }: Trials): number {
  if (lost === 0 || lost === sent) return 0;
  const rate = lost / sent;
  return lost * Math.log(rate) + (sent - lost) * Math.log(1 - rate);
}

/** Finds the dials that have a sound leg of a pattern, each once. */
function dialsOf(healthy: Observation[]): (pattern: Pattern) => Edge[] {
  const owners = new Map<Leg, Edge>();
  for (const { edge, sound } of healthy) for (const leg of sound) owners.set(leg, edge);
  const index = indexLegs([...owners.keys()]);
  return (pattern) =>
    [...new Set(index.matching(pattern).map((leg) => owners.get(leg)))].filter((edge) => edge !== undefined);
}
