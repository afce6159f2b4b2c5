import { z } from 'zod';
import { count, ms, protocol, type Protocol, type SocketAddress } from './basics.ts';

/** Times round trips to one echo by several paths, in blocks of one sample per cell. A `MeasureRecord` per regime, as it ends. */
export interface MeasureRequest {
  kind: 'measure';
  protocol: Protocol;
  tag: string;
  podIP: SocketAddress;
  /** All have the same single endpoint; blocks use them in turn. */
  services: { clusterIP: SocketAddress; nodePort: SocketAddress | null }[];
  /** Exchanges on each path's established flows, then samples of all cells, all discarded. */
  warmUp: { exchanges: number; samples: number };
  /** One after the other. `idleMs` passes before every cell; ends at `blocks` or when `budgetMs` is up. */
  regimes: { idleMs: number; blocks: number; budgetMs: number }[];
  /** Ends a regime early once the median of every path's new-minus-established is known to ± max(`ns`, `ofMedian` × the median of its new flows); null: never. */
  narrowEnough: { ns: number; ofMedian: number } | null;
  seed: number;
  /** Source ports of new flows come from this range; none is reused to the same pod while the agent lives. */
  sourcePorts: { from: number; to: number };
  /** A sample without an answer by then is lost. */
  timeoutMs: number;
}

/** `control` is the pod IP once more: a difference between the two comes from the instrument. */
const measuredCell = z.object({
  path: z.enum(['pod-ip', 'control', 'cluster-ip', 'node-port']),
  flow: z.enum(['established', 'new']),
});
export type MeasuredCell = z.infer<typeof measuredCell>;

export const measureRecord = z.object({
  kind: z.literal('measure'),
  protocol,
  idleMs: ms,
  cells: z.array(measuredCell),
  blocks: count,
  /** Base64 of little-endian Int32, nanoseconds, block after block, one number per cell; -1: lost. */
  ns: z.base64(),
  /** Base64 of bytes, as many as `ns` has numbers: the cells of each block in the order in which they were sampled. */
  order: z.base64(),
  /** Base64 of bytes, one per block: which of the Services. */
  services: z.base64(),
  /** Base64 of little-endian Uint32, one per block: microseconds from the regime's start. */
  startedUs: z.base64(),
  /** Samples without an answer, by cell. */
  lost: z.array(count),
  stopped: z.enum(['blocks', 'time', 'narrow', 'ports', 'lost', 'unwanted']),
  durationMs: ms,
  /** Of the event loop, during this regime. */
  longestStallMs: ms,
  /** How long the container's CPU limit throttled it meanwhile; null when that can't be read. */
  throttledMs: ms.nullable(),
  sourcePortsUsed: count,
});
export type MeasureRecord = z.infer<typeof measureRecord>;
