/** From samples to numbers with intervals. */
import { setImmediate as breathe } from 'node:timers/promises';
import { bootstrapPairs } from '../../statistics/bootstrap/bootstrap.ts';
import { controlLevel, judgeCost, type Finding } from '../../statistics/finding.ts';
import { hodgesLehmann } from '../../statistics/hodges-lehmann.ts';
import type { Estimate } from '../../statistics/interval.ts';
import { median, percentiles, type Percentiles } from '../../statistics/quantile.ts';
import { seededRandom } from '../../statistics/random.ts';
import { wilson } from '../../statistics/wilson.ts';
import type { Interval } from '../../statistics/interval.ts';
import { sampleOf, type Block, type FlowKind, type Series } from './measured.ts';
import type { Path, Where } from '../../service-paths/path.ts';

/** One cell of the protocol: what its samples look like. Microseconds. */
export interface Arm extends Percentiles {
  path: Path;
  flow: FlowKind;
  samples: number;
  lost: number;
  /** Of 1, with its interval. */
  loss: Interval;
  /** Of the median. */
  interval: Interval;
}

/** A difference between two arms of the same block. Microseconds. */
export interface Difference extends Estimate {
  name: DifferenceName;
  path: Path;
  samples: number;
  /** The same centre by another estimator. */
  hodgesLehmann: number;
  /** The same difference with the control in the place of the path: it measures nothing but the instrument. Its level is higher (0.99). */
  control: Estimate;
  /** What the protocol set out to resolve: max(1 µs, 2 % of the median of new flows by pod IP). */
  threshold: number;
  finding: Finding;
}

/**
 * `new minus established`: what the first packet of a flow costs on this path.
 * `new, minus pod IP`: what a user sees; in iptables mode it is not kube-proxy's cost.
 * `established, minus pod IP`: what every later packet costs.
 */
export type DifferenceName = 'new minus established' | 'new, minus pod IP' | 'established, minus pod IP';

/** All of one regime of one protocol, to pods on the same node or on others. */
export interface Group {
  where: Where;
  protocol: Series['protocol'];
  idleMs: number;
  pairs: number;
  blocks: number;
  arms: Arm[];
  differences: Difference[];
}

type Pick2 = (series: Series, block: Block) => number | null;

/** Groups in the order of their first series. */
export function groupsOf(all: readonly Series[]): Series[][] {
  const key = ({ where, protocol, idleMs }: Series): string => `${where} ${protocol} ${idleMs}`;
  return [...Map.groupBy(all, key).values()];
}

/** Every group of a measurement that can be estimated. Between two of them the channels' heartbeats get their turn: the intervals of the full form take seconds. */
export async function estimateGroups({ series, seed }: { series: readonly Series[]; seed: number }): Promise<Group[]> {
  const groups: Group[] = [];
  for (const group of groupsOf(series)) {
    const estimated = estimateGroup(group, { seed });
    if (estimated !== null) groups.push(estimated);
    await breathe();
  }
  return groups;
}

/** The numbers of one group of series; null when no block of it is whole. */
export function estimateGroup(group: readonly Series[], { seed }: { seed: number }): Group | null {
  const series = group.filter(({ blocks }) => blocks.some(isWhole));
  const [first] = series;
  if (first === undefined) return null;
  const random = seededRandom(seed);
  const paths = (['pod-ip', 'cluster-ip', 'node-port'] as const).filter((path) =>
    series.every(({ cells }) => cells.some((cell) => cell.path === path)),
  );
  const cell =
    (path: Path, flow: FlowKind): Pick2 =>
    (one, block) =>
      sampleOf(one, block, path, flow);
  const less =
    (minuend: Pick2, subtrahend: Pick2): Pick2 =>
    (one, block) =>
      minus(minuend(one, block), subtrahend(one, block));
  const samplesOf = (pick: Pick2): Float64Array[] =>
    series.map((one) => microseconds(one, pick)).filter(({ length }) => length > 0);
  const estimateOf = (pick: Pick2): { estimate: Estimate; samples: Float64Array } => {
    const each = samplesOf(pick);
    return { estimate: bootstrapPairs(each, { random }), samples: together(each) };
  };
  const controlOf = (pick: Pick2): Estimate => bootstrapPairs(samplesOf(pick), { random, level: controlLevel });

  const arms = first.cells
    .filter(({ path }) => path === 'control' || paths.includes(path))
    .map(({ path, flow }): Arm => {
      const { estimate, samples } = estimateOf(cell(path, flow));
      const lost = sum(group.map((one) => lostOf(one, path, flow)));
      const { lower, upper } = estimate;
      const trials = samples.length + lost;
      return {
        path,
        flow,
        samples: samples.length,
        lost,
        loss: wilson(lost, { trials }),
        interval: { lower, upper },
        ...percentiles(samples),
      };
    });

  const threshold = Math.max(1, 0.02 * median(together(samplesOf(cell('pod-ip', 'new')))));
  const judged = (name: DifferenceName, path: Path, pick: Pick2, control: Estimate): Difference => {
    const { estimate, samples } = estimateOf(pick);
    return {
      name,
      path,
      ...estimate,
      samples: samples.length,
      hodgesLehmann: hodgesLehmann(samples),
      control,
      threshold,
      finding: judgeCost(estimate, { control, threshold }),
    };
  };
  const cost = (path: Path): Pick2 => less(cell(path, 'new'), cell(path, 'established'));
  const costControl = controlOf(less(cost('control'), cost('pod-ip')));
  const differences = paths.map((path) => judged('new minus established', path, cost(path), costControl));
  for (const flow of ['new', 'established'] as const) {
    const name = flow === 'new' ? 'new, minus pod IP' : 'established, minus pod IP';
    const control = controlOf(less(cell('control', flow), cell('pod-ip', flow)));
    for (const path of paths.slice(1))
      differences.push(judged(name, path, less(cell(path, flow), cell('pod-ip', flow)), control));
  }
  const { where, protocol, idleMs } = first;
  return { where, protocol, idleMs, pairs: series.length, blocks: sum(series.map(wholeBlocks)), arms, differences };
}

/** Samples of all blocks in which nothing was lost, so that every arm and every difference is of the same blocks. */
function microseconds(series: Series, pick: Pick2): Float64Array {
  const values = series.blocks.filter(isWhole).map((block) => pick(series, block));
  return Float64Array.from(values.filter((ns) => ns !== null).map((ns) => ns / 1000));
}

function together(each: readonly Float64Array[]): Float64Array {
  return Float64Array.from(each.flatMap((samples) => [...samples]));
}

function isWhole({ ns }: Block): boolean {
  return !ns.includes(null);
}

function wholeBlocks({ blocks }: Series): number {
  return blocks.filter(isWhole).length;
}

function lostOf({ cells, lost }: Series, path: Path, flow: FlowKind): number {
  return lost[cells.findIndex((cell) => cell.path === path && cell.flow === flow)] ?? 0;
}

function minus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
