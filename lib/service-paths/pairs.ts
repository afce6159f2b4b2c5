/** Who measures towards whom, and for how long. */
import type { Probe } from '../cluster/model.ts';
import { seededRandom, shuffled } from '../statistics/random.ts';
import type { Where } from '../latency/closed-loop/measured.ts';

export interface Pair {
  where: Where;
  from: Probe;
  to: Probe;
}

export interface Form {
  /** At most; `other node` pairs first. */
  pairs: Record<Where, number>;
  /** For all pairs together, both protocols, both regimes, warm-up aside. */
  budgetMs: number;
  warmUp: { exchanges: number; samples: number };
  /** Blocks of each regime in one pair, and the part of a pair's time that it may take. */
  regimes: { idleMs: number; blocks: number; share: number }[];
}

/** `measuring.md`, items 2, 5 and 8. The short form is cut by its time, not by another protocol. */
export const forms: Record<'short' | 'full', Form> = {
  short: {
    pairs: { 'other node': 3, 'same node': 1 },
    budgetMs: 12_000,
    warmUp: { exchanges: 100, samples: 200 },
    regimes: [
      { idleMs: 0, blocks: 2_000, share: 0.2 },
      { idleMs: 5, blocks: 400, share: 0.8 },
    ],
  },
  full: {
    pairs: { 'other node': 10, 'same node': 4 },
    budgetMs: 125_000,
    warmUp: { exchanges: 500, samples: 1_000 },
    regimes: [
      { idleMs: 0, blocks: 2_000, share: 0.3 },
      { idleMs: 5, blocks: 400, share: 0.7 },
    ],
  },
};

/** Services that lead to each target, so that at least five are measured: a rule's place in the chain is chance. */
export function servicesPerTarget(targets: number): number {
  return Math.max(2, Math.ceil(10 / Math.max(1, targets)));
}

/** Pairs of a first pod that dials and a second pod that answers. Where there are more than the form takes, chance chooses, and spreads them over the nodes. */
export function choosePairs(pods: readonly Probe[], { limits, seed }: { limits: Form['pairs']; seed: number }): Pair[] {
  const random = seededRandom(seed);
  const byNode = Map.groupBy(pods, (pod) => pod.node);
  const ends = shuffled(
    [...byNode.values()].flatMap(([from, to]) => (from && to ? [{ from, to }] : [])),
    { random },
  );
  const same = ends.map(({ from, to }): Pair => ({ where: 'same node', from, to }));
  // Round after round, each node dials the next one but `step`: no node comes twice before all came once.
  const other = ends.flatMap((_, step) =>
    step === 0
      ? []
      : ends.map(({ from }, n): Pair => ({ where: 'other node', from, to: ends[(n + step) % ends.length]!.to })),
  );
  return [...other.slice(0, limits['other node']), ...same.slice(0, limits['same node'])];
}
