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
  /** The same on the other leg of a failing dial, where it is known to be sound; left out: it was not tried there. */
  soundTrials?: (edge: Edge) => Trials;
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
  for (const pattern of candidates(uniqueLegs(failing.flatMap((seen) => seen.suspect)), {
    symptom: chance.symptom,
    ports: [],
  })) {
    if (!chance.accepts(pattern)) continue;
    const hit = plus(suspectTrials(pattern, failing, chance), sumOf(around.hit(pattern), chance));
    const price = chance.price * cost(pattern);
    // Spared dials only lower it: most patterns need not be compared with them.
    if (best !== null && evidenceOf(hit, chance) - price <= best.score) continue;
    const spared = plus(sumOf(around.spared(pattern), chance), soundTrials(pattern, failing, chance));
    const score = evidenceOf(plus(hit, spared), chance) - price;
    if (best === null || score > best.score) best = { pattern, score };
  }
  return best?.pattern ?? null;
}

/** Of the failing dials that a pattern explains: half of what was lost, where both legs lost some and it claims one. */
function suspectTrials(pattern: Pattern, failing: Observation[], { trials }: Chance): Trials {
  let sum = { sent: 0, lost: 0 };
  for (const { edge, suspect } of failing) {
    const claimed = suspect.filter((leg) => matches(pattern, leg)).length;
    if (claimed === 0) continue;
    const { sent, lost } = trials(edge);
    sum = plus(sum, { sent, lost: edge.lostLeg === 'both' ? (lost * claimed) / suspect.length : lost });
  }
  return sum;
}

/** Of the failing dials whose other leg a pattern claims, which is known to be sound. */
function soundTrials(pattern: Pattern, failing: Observation[], { soundTrials: trials }: Chance): Trials {
  if (trials === undefined) return { sent: 0, lost: 0 };
  const besides = failing.filter(({ sound }) => sound.some((leg) => matches(pattern, leg)));
  return sumOf(
    besides.map(({ edge }) => edge),
    { trials },
  );
}

function sumOf(edges: Edge[], { trials }: Pick<Chance, 'trials'>): Trials {
  return edges.reduce((sum, edge) => plus(sum, trials(edge)), { sent: 0, lost: 0 });
}

function plus(one: Trials, other: Trials): Trials {
  return { sent: one.sent + other.sent, lost: one.lost + other.lost };
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
