import type { Edge } from '../../verdict/run.ts';
import type { Leg, Observation, Symptom } from './observations.ts';
import { matches, narrowed, type Pattern } from './pattern.ts';

/** A reader can't take in more patterns than this. */
export const maxFolds = 6;

/** What a pattern explains of failing dials. */
export interface Explained {
  /** As narrow as these dials make it. */
  pattern: Pattern;
  edges: Edge[];
  /** The legs at fault, as far as they are known. */
  legs: Leg[];
}

/** Failing edges that one pattern explains. */
export interface Fold extends Explained {
  symptom: Symptom;
  /** Other dials of the same legs got through. */
  partly: boolean;
  /** Dials of these legs, sound ones included; null where they were not counted. */
  tried: number | null;
  /** Failing edges of another symptom that it explains: from or to an address at which somebody else answers, or of a lossy leg. */
  besides: Edge[];
  /** More patterns of the same cause; left out: none. */
  also?: readonly Pattern[];
}

export interface Folded {
  folds: Fold[];
  /** Failing edges beyond the patterns that a reader can take in. */
  rest: Edge[];
}

/** Takes the dials that a pattern explains out of failing ones. */
export function explain(pattern: Pattern, failing: Observation[]): { explained: Explained; left: Observation[] } {
  const isExplained = (seen: Observation): boolean => seen.suspect.some((leg) => matches(pattern, leg));
  const { dials = [], left = [] } = Object.groupBy(failing, (seen) => (isExplained(seen) ? 'dials' : 'left'));
  const legs = dials.flatMap((seen) => seen.suspect.filter((leg) => matches(pattern, leg)));
  return { explained: { pattern: narrowed(pattern, legs), edges: dials.map(({ edge }) => edge), legs }, left };
}
