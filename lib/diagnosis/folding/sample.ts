import { endsOf, type Leg, type Observation } from './observations.ts';
import { probeName, type Pattern } from './pattern.ts';

/** Failing edges are sampled above this number: patterns show in a sample, and the work grows with its square. */
const sampleSize = 400;

/** At most 400 of them, evenly spread. */
export function sample(seen: Observation[]): Observation[] {
  if (seen.length <= sampleSize) return seen;
  const step = seen.length / sampleSize;
  return Array.from({ length: sampleSize }, (_, n) => seen[Math.floor(n * step)]).filter((one) => one !== undefined);
}

/** Each leg once. */
export function uniqueLegs(legs: Leg[]): Leg[] {
  const found = new Map<string, Leg>();
  for (const leg of legs) {
    const { port, answer, via, low, served } = leg;
    const pod = served === undefined ? '' : probeName(served.pod);
    found.set([endsOf(leg), port, answer, via, low, pod].join(' '), leg);
  }
  return [...found.values()];
}

/** Where nothing fits, since some dials of the same legs work and some fail: what they have in common is the two nodes. */
export function betweenTheNodes(failing: Observation[]): Pattern | null {
  const leg = failing[0]?.suspect[0];
  if (leg === undefined) return null;
  const { from, to, protocol, family, via } = leg;
  return {
    place: { kind: 'from one to other', one: from.node, other: to.node },
    roles: 'any',
    protocol,
    family,
    ports: null,
    way: null,
    via,
  };
}
