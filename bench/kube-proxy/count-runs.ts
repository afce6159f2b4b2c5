/** Runs of equal paths with real noise, by the clause's own estimators: how often the intervals contain the truth. */
import { setImmediate as breathe } from 'node:timers/promises';
import { estimateGroup, type Difference, type DifferenceName } from '../../lib/latency/closed-loop/estimate.ts';
import type { Where } from '../../lib/service-paths/path.ts';
import { quantile } from '../../lib/statistics/quantile.ts';
import { seededRandom } from '../../lib/statistics/random.ts';
import { drawRun, storedPairs, trueCost } from './real-noise.ts';

export interface Case {
  name: string;
  where: Where;
  idleMs: number;
  pairs: number;
  /** As many per pair as runs on the lab took. */
  blocks: number;
}

export const cases: readonly Case[] = [
  { name: 'short form, one pair, 5 ms idle', where: 'same node', idleMs: 5, pairs: 1, blocks: 30 },
  { name: 'short form, one pair, back to back', where: 'same node', idleMs: 0, pairs: 1, blocks: 200 },
  { name: 'short form, 3 pairs, 5 ms idle', where: 'other node', idleMs: 5, pairs: 3, blocks: 30 },
  { name: 'short form, 3 pairs, back to back', where: 'other node', idleMs: 0, pairs: 3, blocks: 200 },
  { name: 'full form, 4 pairs, 5 ms idle', where: 'same node', idleMs: 5, pairs: 4, blocks: 110 },
  { name: 'full form, 4 pairs, back to back', where: 'same node', idleMs: 0, pairs: 4, blocks: 200 },
  { name: 'full form, 10 pairs, 5 ms idle', where: 'other node', idleMs: 5, pairs: 10, blocks: 110 },
  { name: 'full form, 10 pairs, back to back', where: 'other node', idleMs: 0, pairs: 10, blocks: 200 },
];

/** On every packet through the ClusterIP, and additionally on its first packets. µs. */
const planted = { every: 40, first: 60 };
const names = ['new minus established', 'new, minus pod IP', 'established, minus pod IP'] as const;

/** Over this many runs of one case. */
export interface Counted {
  runs: number;
  /** In which the control of any difference was refused. */
  refused: number;
  differences: {
    name: DifferenceName;
    /** Runs whose interval contained the truth. */
    covering: number;
    refused: number;
    /** In nine of ten runs the control was refused when the instrument favoured one of two equal paths by this much. µs. */
    noticedUs: number;
  }[];
}

/** Draws this many runs of one case, with seeds 1, 2, … and known costs on the ClusterIP, and counts. */
export async function countRuns(one: Case, { runs, signal }: { runs: number; signal?: AbortSignal }): Promise<Counted> {
  const drawn: { difference: Difference; truth: number }[][] = [];
  for (let seed = 1; seed <= runs; seed++) {
    signal?.throwIfAborted();
    drawn.push(drawOne(one, seed));
    await breathe();
  }
  const isRefused = ({ difference }: { difference: Difference }): boolean =>
    difference.finding.kind === 'not good enough';
  return {
    runs,
    refused: drawn.filter((each) => each.some(isRefused)).length,
    differences: names.map((name, n) => {
      const mine = drawn.map((each) => each[n]!);
      const reach = mine.flatMap(({ difference: { control } }) => [control.upper, -control.lower]);
      return {
        name,
        covering: mine.filter(({ difference: { lower, upper }, truth }) => lower <= truth && truth <= upper).length,
        refused: mine.filter(isRefused).length,
        noticedUs: quantile(reach, { probability: 0.9 }),
      };
    }),
  };
}

/** The differences by ClusterIP, in the order of `names`, and their true values. */
function drawOne({ where, idleMs, pairs, blocks }: Case, seed: number): { difference: Difference; truth: number }[] {
  const random = seededRandom(seed);
  const kind = { where, idleMs, protocol: seed % 2 === 0 ? 'UDP' : 'TCP' } as const;
  const stored = storedPairs(kind);
  const chosen = Array.from({ length: pairs }, () => stored[random.below(stored.length)]!);
  const costs = { every: { 'cluster-ip': planted.every }, first: { 'cluster-ip': planted.first } };
  const run = drawRun({ kind, pairs: chosen, blocks, random, planted: costs });
  const { differences } = estimateGroup(run, { seed })!;
  // One pair represents itself only, several represent all possible pairs.
  const cost = trueCost(pairs === 1 ? chosen : stored) + planted.first;
  const truths = [cost, planted.every + planted.first, planted.every];
  return names.map((name, n) => ({
    difference: differences.find((each) => each.name === name && each.path === 'cluster-ip')!,
    truth: truths[n]!,
  }));
}
