/** Series as a probe would send them, with costs that are known because they were put there. */
import type { Block, Series } from '../../../../lib/latency/closed-loop/measured.ts';
import type { Path } from '../../../../lib/service-paths/path.ts';
import { seededRandom, type Random } from '../../../../lib/statistics/random.ts';

export interface Costs {
  /** Microseconds that the first packet pays more, by path; control and pod IP alike unless given. */
  first?: Partial<Record<Path, number>>;
  /** Microseconds that every packet pays more. */
  every?: Partial<Record<Path, number>>;
  blocks?: number;
  /** Leaves out the NodePort's cells. */
  withoutNodePort?: boolean;
  seed?: number;
}

const allPaths: Path[] = ['pod-ip', 'control', 'cluster-ip', 'node-port'];

/** Skewed as round trips are: a sharp lower edge, one in fifty far out, and a drift that all cells of a block share. */
function roundTrip(random: Random, drift: number): number {
  const bulk = 50 + drift + 6 * random.uniform() * random.uniform();
  return random.below(50) === 0 ? bulk + 2_000 * random.uniform() : bulk;
}

export function made(about: Partial<Omit<Series, 'blocks'>> & Costs = {}): Series {
  const { first = {}, every = {}, blocks = 400, withoutNodePort = false, seed = 1, ...series } = about;
  const random = seededRandom(seed);
  const paths = withoutNodePort ? allPaths.slice(0, -1) : allPaths;
  const cells = paths.flatMap((path) => [{ path, flow: 'established' } as const, { path, flow: 'new' } as const]);
  const rows = Array.from({ length: blocks }, (_, n): Block => {
    const drift = 10 * Math.sin(n / 40);
    const ns = cells.map(({ path, flow }) => {
      const extra = (every[path] ?? 0) + (flow === 'new' ? (first[path] ?? 0) : 0);
      return Math.round(1000 * (roundTrip(random, drift) + extra));
    });
    return { ns, order: cells.map((__, cell) => cell), service: n % 5, startedUs: n * 1000 };
  });
  return {
    where: 'other node',
    from: 'node-1',
    to: 'node-2',
    protocol: 'UDP',
    idleMs: 5,
    cells,
    blocks: rows,
    lost: cells.map(() => 0),
    stopped: 'blocks',
    durationMs: 1000,
    longestStallMs: 0,
    ...series,
  };
}

/** What the first packet pays where 5,000 rules are walked on the way to a pod IP and half of them on the way to a Service. */
export const longChain = { 'pod-ip': 117, control: 117, 'cluster-ip': 60, 'node-port': 120 };
