import { candidates } from './candidates.ts';
import type { Fold } from './fold.ts';
import type { Observation } from './observations.ts';
import { cost, matches, type Pattern } from './pattern.ts';
import { betweenTheNodes, sample, uniqueLegs } from './sample.ts';

const maxFolds = 6;

/**
 * Folds dials that lost some of their packets. Loss strikes at random: some dials on a lossy leg lose nothing.
 * A pattern holds when at least as many dials of it lost packets as did not; ports tell nothing.
 */
export function foldLoss(failing: Observation[], healthy: Observation[]): Fold[] {
  const folds: Fold[] = [];
  let left = failing;
  while (left.length > 0 && folds.length < maxFolds) {
    const pattern = likeliest(sample(left), healthy);
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

function likeliest(failing: Observation[], healthy: Observation[]): Pattern | null {
  const clean = healthy.flatMap((seen) => seen.sound);
  let best: { pattern: Pattern; score: number; cost: number } | null = null;
  for (const pattern of candidates(uniqueLegs(failing.flatMap((seen) => seen.suspect)), { ports: [] })) {
    const lost = failing.filter((seen) => seen.suspect.some((leg) => matches(pattern, leg))).length;
    const price = cost(pattern);
    if (best !== null && lost < best.score) continue;
    const score = lost - clean.filter((leg) => matches(pattern, leg)).length;
    if (score < 0 || (best !== null && (score < best.score || (score === best.score && price >= best.cost)))) continue;
    best = { pattern, score, cost: price };
  }
  return best?.pattern ?? betweenTheNodes(failing);
}

/** A dial that got nothing through on a lossy leg is no second fault: it is counted with the others. Returns whether it was. */
export function absorb(seen: Observation, lossy: Fold[]): boolean {
  if (seen.symptom !== 'lost') return false;
  const found = lossy.find(({ pattern }) => seen.suspect.some((leg) => matches(pattern, leg)));
  found?.edges.push(seen.edge);
  return found !== undefined;
}
