/** Who measures towards whom. */
import type { Probe } from '../cluster/model.ts';
import { seededRandom, shuffled } from '../statistics/random.ts';
import type { Where } from './path.ts';

export interface Pair {
  where: Where;
  from: Probe;
  to: Probe;
}

/** At most; `other node` pairs first. */
export type PairLimits = Record<Where, number>;

/** Services that lead to each target, so that at least five are measured: where a rule lands in the chain is chance. */
export function servicesPerTarget(targets: number): number {
  return Math.max(2, Math.ceil(10 / Math.max(1, targets)));
}

/** Pairs of a first pod that dials and a second pod that answers. Where there are more than the form takes, they are chosen at random, spread over the nodes. */
export function choosePairs(pods: readonly Probe[], { limits, seed }: { limits: PairLimits; seed: number }): Pair[] {
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
