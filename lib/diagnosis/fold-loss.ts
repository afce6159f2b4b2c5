import type { Edge } from '../verdict/run.ts';
import { candidates } from './candidates.ts';
import type { Fold } from './fold.ts';
import { indexLegs } from './leg-index.ts';
import type { Leg, Observation } from './observations.ts';
import { cost, matches, type Pattern } from './pattern.ts';
import { sample, uniqueLegs } from './sample.ts';

const maxFolds = 6;
/** What a network loses where nothing is wrong. */
const background = 0.001;

/**
 * Folds dials that lost some of their packets. Loss strikes at random: some dials on a lossy leg lose nothing, and they are
 * the more the rarer it is. So the pattern wins whose losses one rate explains best, dials that lost nothing included.
 * TCP hides loss by sending again, and ports tell nothing.
 */
export function foldLoss(failing: Observation[], healthy: Observation[]): Fold[] {
  const folds: Fold[] = [];
  const { clean = [], some = [] } = Object.groupBy(healthy, ({ edge }) => (lostOf(edge) === 0 ? 'clean' : 'some'));
  const around = { clean: dialsOf(clean), some: dialsOf(some) };
  let left = failing;
  while (left.length > 0 && folds.length < maxFolds) {
    const pattern = likeliest(sample(left), around);
    if (pattern === null) break;
    const isExplained = (seen: Observation): boolean => seen.suspect.some((leg) => matches(pattern, leg));
    const explained = left.filter(isExplained);
    folds.push({
      symptom: 'lossy',
      pattern,
      edges: explained.map((seen) => seen.edge),
      legs: explained.flatMap((seen) => seen.suspect.filter((leg) => matches(pattern, leg))),
      partly: false,
      besides: [],
    });
    left = left.filter((seen) => !isExplained(seen));
  }
  return folds;
}

/** The dials of a pattern that are not told as lossy: `clean` ones lost nothing, others `some`, within what is tolerated. */
interface Around {
  clean: (pattern: Pattern) => Observation[];
  some: (pattern: Pattern) => Observation[];
}

function likeliest(failing: Observation[], around: Around): Pattern | null {
  let best: { pattern: Pattern; score: number } | null = null;
  for (const pattern of candidates(uniqueLegs(failing.flatMap((seen) => seen.suspect)), { ports: [] })) {
    if (pattern.protocol === null) continue;
    const suspect = failing.filter((seen) => seen.suspect.some((leg) => matches(pattern, leg)));
    const lossy = [...suspect, ...around.some(pattern)];
    const price = cost(pattern);
    // Clean dials only take away from it: most patterns need not be held against them.
    if (best !== null && evidenceFor(lossy) - price <= best.score) continue;
    const score = evidenceFor([...lossy, ...around.clean(pattern)]) - price;
    if (best === null || score > best.score) best = { pattern, score };
  }
  return best?.pattern ?? null;
}

/** How much better one rate of loss explains these dials than the background does: the logarithm of the likelihood ratio. */
function evidenceFor(dials: Observation[]): number {
  const sent = dials.reduce((sum, { edge }) => sum + edge.attempts, 0);
  const lost = dials.reduce((sum, { edge }) => sum + lostOf(edge), 0);
  if (lost === 0) return 0;
  const rate = lost / sent;
  const kept = sent === lost ? 0 : (sent - lost) * Math.log((1 - rate) / (1 - background));
  return lost * Math.log(rate / background) + kept;
}

function lostOf({ attempts, answered }: Edge): number {
  return attempts - answered;
}

/** Finds the dials that have a sound leg of a pattern, each once. */
function dialsOf(healthy: Observation[]): (pattern: Pattern) => Observation[] {
  const owners = new Map<Leg, Observation>();
  for (const seen of healthy) for (const leg of seen.sound) owners.set(leg, seen);
  const index = indexLegs([...owners.keys()]);
  return (pattern) =>
    [...new Set(index.matching(pattern).map((leg) => owners.get(leg)))].filter((seen) => seen !== undefined);
}

/** A dial that got nothing through on a lossy leg is no second fault: it is counted with the others. Returns whether it was. */
export function absorb(seen: Observation, lossy: Fold[]): boolean {
  if (seen.symptom !== 'lost') return false;
  const found = lossy.find(({ pattern }) => seen.suspect.some((leg) => matches(pattern, leg)));
  found?.edges.push(seen.edge);
  return found !== undefined;
}
