/** What was measured, as plain data: everything that estimates, tables, plots and files are made from. */
import type { Protocol } from '../../conversations/basics.ts';
import type { MeasuredCell } from '../../conversations/closed-loop.ts';
import type { Path, Where } from '../../service-paths/path.ts';
import type { ProgrammedFrom } from '../../service-paths/prepare.ts';

export type FlowKind = MeasuredCell['flow'];

/** One regime of one protocol between one pair of pods. */
export interface Series {
  where: Where;
  /** Nodes of the pod that dials and of the pod that answers. */
  from: string;
  to: string;
  protocol: Protocol;
  /** Before every sample; 0: back to back. */
  idleMs: number;
  cells: MeasuredCell[];
  /** One a block, in the order in which they were taken. */
  blocks: Block[];
  /** Samples without an answer, by cell. */
  lost: number[];
  stopped: string;
  durationMs: number;
  longestStallMs: number;
}

export interface Block {
  /** Nanoseconds by cell; null: no answer. */
  ns: (number | null)[];
  /** The cells in the order in which they were sampled. */
  order: number[];
  /** Which of the target's Services. */
  service: number;
  /** Microseconds from the regime's start. */
  startedUs: number;
}

export interface Measured {
  form: 'short' | 'full';
  seed: number;
  series: Series[];
  /** How long it took until every node that dials knew the Services. */
  programmed: ProgrammedFrom[];
  services: { made: number; perTarget: number; inCluster: number | null };
  proxyModes: Record<string, string>;
  /** Whether the network plugin translates what pods dial, before kube-proxy's rules. */
  beforeKubeProxy: boolean;
  kernels: Record<string, string>;
  /** Before the measurement, by node. */
  conntrack: Record<string, { count: number; max: number } | null>;
  /** What is missing, and why: pairs that gave nothing, series that do not count. */
  remarks: string[];
}

/** One sample of a block; null: no answer, or no such cell. */
export function sampleOf(series: Pick<Series, 'cells'>, block: Block, path: Path, flow: FlowKind): number | null {
  const at = series.cells.findIndex((cell) => cell.path === path && cell.flow === flow);
  return at < 0 ? null : (block.ns[at] ?? null);
}
