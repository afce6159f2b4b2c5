import type { Edge } from '../verdict/run.ts';
import { candidates, suspectPorts } from './candidates.ts';
import { observe, type Leg, type Observation, type Symptom } from './observations.ts';
import { cost, matches, type Pattern } from './pattern.ts';

/** Failing edges that one pattern explains. */
export interface Fold {
  symptom: Symptom;
  pattern: Pattern;
  edges: Edge[];
  /** The legs at fault, as far as they are known. */
  legs: Leg[];
}

/** Failing edges are sampled above this number: patterns show in a sample, and the work grows with its square. */
const sampleSize = 400;
const maxFolds = 6;

/**
 * Folds failing edges into the fewest patterns that explain them and that no sound edge contradicts.
 * `sound` are edges that keep the promise; they keep a pattern from claiming too much.
 */
export function fold(failing: Edge[], sound: Edge[]): Fold[] {
  const healthy = sound.map(observe).filter((seen) => seen !== null);
  const bySymptom = Map.groupBy(
    failing.map(observe).filter((seen): seen is Observation & { symptom: Symptom } => seen?.symptom != null),
    (seen) => seen.symptom,
  );
  return [...bySymptom].flatMap(([symptom, seen]) => foldSymptom(symptom, seen, healthy));
}

function foldSymptom(symptom: Symptom, failing: Observation[], healthy: Observation[]): Fold[] {
  const folds: Fold[] = [];
  const clean = unique(
    [...healthy, ...failing].flatMap((seen) => (isTwoWay(symptom) ? seen.sound : seen.sound.slice(0, 1))),
  );
  let left = failing;
  while (left.length > 0 && folds.length < maxFolds) {
    const best = bestPattern(sample(left), clean);
    if (best === null) break;
    const explained = left.filter((seen) => seen.suspect.some((leg) => matches(best, leg)));
    folds.push({
      symptom,
      pattern: best,
      edges: explained.map((seen) => seen.edge),
      legs: explained.flatMap((seen) => seen.suspect.filter((leg) => matches(best, leg))),
    });
    left = left.filter((seen) => !explained.includes(seen));
  }
  return folds;
}

/** Loss and damage may happen to answers too; a translated or refused request says nothing of the way back. */
function isTwoWay(symptom: Symptom): boolean {
  return symptom === 'lost' || symptom === 'damaged';
}

function bestPattern(failing: Observation[], clean: Leg[]): Pattern | null {
  const suspects = unique(failing.flatMap((seen) => seen.suspect));
  const ports = suspectPorts(suspects, clean);
  let best: { pattern: Pattern; explains: number; cost: number } | null = null;
  for (const pattern of candidates(suspects, { ports })) {
    const explains = failing.filter((seen) => seen.suspect.some((leg) => matches(pattern, leg))).length;
    const price = cost(pattern);
    if (best !== null && (explains < best.explains || (explains === best.explains && price >= best.cost))) continue;
    if (clean.some((leg) => matches(pattern, leg))) continue;
    best = { pattern, explains, cost: price };
  }
  return best?.pattern ?? loosest(failing);
}

/** Nothing fits: some dials of the same legs work and some fail. The narrowest pattern of one of them, then. */
function loosest(failing: Observation[]): Pattern | null {
  const leg = failing[0]?.suspect[0];
  if (leg === undefined) return null;
  return {
    place: { kind: 'from one to other', one: leg.from.node, other: leg.to.node },
    roles: 'any',
    protocol: leg.protocol,
    family: leg.family,
    ports: null,
  };
}

function unique(legs: Leg[]): Leg[] {
  const found = new Map<string, Leg>();
  for (const leg of legs) {
    const { from, to, protocol, family, port, answer } = leg;
    found.set([from.node, from.probe, to.node, to.probe, protocol, family, port, answer].join(' '), leg);
  }
  return [...found.values()];
}

function sample(seen: Observation[]): Observation[] {
  if (seen.length <= sampleSize) return seen;
  const step = seen.length / sampleSize;
  return Array.from({ length: sampleSize }, (_, n) => seen[Math.floor(n * step)]).filter((one) => one !== undefined);
}
