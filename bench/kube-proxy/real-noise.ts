/** Runs resampled from a stored run of the lab: their true values are known, and their noise is real. */
import { readFileSync } from 'node:fs';
import type { Block, Series } from '../../lib/latency/closed-loop/measured.ts';
import type { Path } from '../../lib/service-paths/path.ts';
import { median } from '../../lib/statistics/quantile.ts';
import type { Random } from '../../lib/statistics/random.ts';

/** Microseconds added to the data: on every packet, or on the first of a flow, by path. */
export interface Planted {
  every?: Partial<Record<Path, number>>;
  first?: Partial<Record<Path, number>>;
}

/** Which series: one is stored per pair of nodes. */
export type Kind = Pick<Series, 'where' | 'protocol' | 'idleMs'>;

/** The times of one block of one pair, in ns: the pod IP (established, new), then the pod IP once more, as the control. */
export type Row = [number, number, number, number];

export interface Draw {
  kind: Kind;
  /** The stored blocks that each pair is drawn from. */
  pairs: readonly (readonly Row[])[];
  /** Per pair. */
  blocks: number;
  random: Random;
  planted?: Planted;
}

/** Blocks that stay neighbours, so that drifts and bursts of both paths last as long as in the original. */
const stretch = 10;
const cells = (['pod-ip', 'control', 'cluster-ip'] as const).flatMap((path) => [
  { path, flow: 'established' } as const,
  { path, flow: 'new' } as const,
]);

/**
 * One run's series. Each pair is made of stretches of neighbouring blocks from anywhere in its stored ones (the first
 * follows the last); in each block chance decides which of the two equal paths is called the pod IP, so that the true median
 * of every difference between paths is exactly what was planted. The ClusterIP has the control's samples, plus what was
 * planted on it.
 */
export function drawRun({ kind, pairs, blocks, random, planted = {} }: Draw): Series[] {
  return pairs.map((stored) => ({
    ...kind,
    from: 'node-1',
    to: 'node-2',
    cells,
    blocks: drawRows(stored, { blocks, random }).map((row, n) => blockOf(row, { n, planted })),
    lost: cells.map(() => 0),
    stopped: 'blocks',
    durationMs: 0,
    longestStallMs: 0,
  }));
}

/** The true cost of the first packet of a flow in runs drawn from these, in µs: its median over all of them, regardless of the path's name. */
export function trueCost(pairs: readonly (readonly Row[])[]): number {
  return median(pairs.flat().flatMap(([a, b, c, d]) => [b - a, d - c])) / 1000;
}

function drawRows(stored: readonly Row[], { blocks, random }: { blocks: number; random: Random }): Row[] {
  const rows: Row[] = [];
  while (rows.length < blocks) {
    const start = random.below(stored.length);
    for (let n = start; n < start + stretch; n++) {
      const [a, b, c, d] = stored[n % stored.length]!;
      rows.push(random.below(2) === 1 ? [c, d, a, b] : [a, b, c, d]);
    }
  }
  return rows.slice(0, blocks);
}

function blockOf(row: Row, { n, planted }: { n: number; planted: Planted }): Block {
  const ns = cells.map(({ path, flow }) => {
    const sample = row[(path === 'pod-ip' ? 0 : 2) + (flow === 'new' ? 1 : 0)]!;
    const us = (planted.every?.[path] ?? 0) + (flow === 'new' ? (planted.first?.[path] ?? 0) : 0);
    return sample + Math.round(1000 * us);
  });
  return { ns, order: cells.map((_, cell) => cell), service: 0, startedUs: n };
}

let read: Map<string, Row[][]> | undefined;

/** The stored blocks of each pair of nodes, in the order in which they were taken. Throws an Error when nothing of this kind is stored. */
export function storedPairs({ where, protocol, idleMs }: Kind): Row[][] {
  read ??= readStored();
  const found = read.get(`${where},${protocol},${idleMs}`);
  if (found === undefined) throw new Error(`nothing is stored of ${protocol}, ${where}, ${idleMs} ms idle`);
  return found;
}

/** Series by kind. */
function readStored(): Map<string, Row[][]> {
  const kinds = new Map<string, Row[][]>();
  let rows: Row[] = [];
  for (const line of readFileSync(new URL('real-noise.csv', import.meta.url), 'utf8').split('\n')) {
    const [where = '', , , protocol, idleMs] = line.split(',');
    if (idleMs !== undefined) {
      const kind = `${where},${protocol},${idleMs}`;
      rows = [];
      kinds.set(kind, [...(kinds.get(kind) ?? []), rows]);
    } else if (/^\d/.test(line)) rows.push(line.split(',').map(Number) as Row);
  }
  return kinds;
}
