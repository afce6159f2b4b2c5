import type { Leg, Observation } from './observations.ts';

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
    const { from, to, protocol, family, port, answer } = leg;
    found.set([from.node, from.probe, to.node, to.probe, protocol, family, port, answer].join(' '), leg);
  }
  return [...found.values()];
}
