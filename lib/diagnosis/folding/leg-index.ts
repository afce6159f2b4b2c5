import type { Leg } from './observations.ts';
import { matches, type Pattern, type Place } from './pattern.ts';

/** Legs, found by pattern without looking at each: a mesh of 100 nodes has 300,000 of them, and thousands of patterns are tried. */
export interface LegIndex {
  all: Leg[];
  /** Whether one of them belongs to the pattern. */
  has: (pattern: Pattern) => boolean;
  /** Those that do; one may come twice. */
  matching: (pattern: Pattern) => Leg[];
}

/** Indexes legs by the nodes at their ends. */
export function indexLegs(legs: Leg[]): LegIndex {
  const byPair = Map.groupBy(legs, (leg) => pairKey(leg.from.node, leg.to.node));
  const bySource = Map.groupBy(legs, (leg) => leg.from.node);
  const byTarget = Map.groupBy(legs, (leg) => leg.to.node);
  const near = (place: Place): (Leg[] | undefined)[] => {
    switch (place.kind) {
      case 'everywhere':
      case 'across nodes':
      case 'within every node':
      case 'each to itself':
        return [legs];
      case 'within':
      case 'to themselves':
        return [byPair.get(pairKey(place.node, place.node))];
      case 'into':
        return [byTarget.get(place.node)];
      case 'out of':
        return [bySource.get(place.node)];
      case 'into and out of':
      case 'at':
      case 'forwarded by':
      case 'from':
      case 'routed by':
      case 'translated by':
      case 'pods of':
        return [bySource.get(place.node), byTarget.get(place.node)];
      case 'to probe':
      case 'routed to':
        return [byTarget.get(nodeOf(place.probe))];
      case 'from probe':
        return [bySource.get(nodeOf(place.probe))];
      case 'of probe':
        return [bySource.get(nodeOf(place.probe)), byTarget.get(nodeOf(place.probe))];
      case 'certain pairs':
        return near(place.of);
      case 'between':
        return [byPair.get(pairKey(place.one, place.other)), byPair.get(pairKey(place.other, place.one))];
      case 'from one to other':
      case 'probe to probe':
      case 'node to probe':
      case 'probe to node':
        return [byPair.get(pairKey(nodeOf(place.one), nodeOf(place.other)))];
    }
  };
  return {
    all: legs,
    has: (pattern) => near(pattern.place).some((some) => some?.some((leg) => matches(pattern, leg))),
    matching: (pattern) => near(pattern.place).flatMap((some) => some?.filter((leg) => matches(pattern, leg)) ?? []),
  };
}

function pairKey(from: string, to: string): string {
  return `${from} ${to}`;
}

/** The node of "node-1/pod-a", or of "node-1". */
function nodeOf(name: string): string {
  return name.split('/', 1)[0] ?? name;
}
