import { z } from 'zod';
import { count, ms, protocol, type Protocol, type SocketAddress } from './basics.ts';

/** Receive and count what `load` requests of other probes send, on one port of every address of the probe, both protocols; an earlier one ends. A `ListenRecord` per protocol. */
export interface LoadListenRequest {
  kind: 'load-listen';
  tag: string;
  forMs: number;
}

/**
 * Send at full speed to one probe that listens for it, in blocks of three turns: by pod IP, by ClusterIP and by pod IP again, in
 * random order, each on an established flow. One `LoadRecord`, of complete blocks. Ends at the first of its limits, and at once
 * when the connection that carried the request ends. The probe also has its own limits (`lib/probe/load/bounds.ts`).
 */
export interface LoadRequest {
  kind: 'load';
  protocol: Protocol;
  tag: string;
  podIP: SocketAddress;
  clusterIP: SocketAddress;
  /** How long both paths are tried until they answer. */
  openMs: number;
  /** Per turn: first sent without counting, then counted. */
  rampMs: number;
  countedMs: number;
  blocks: number;
  /** From the first turn on, for everything sent, including the first turn on each flow, which is discarded. */
  budgetMs: number;
  budgetBytes: number;
  seed: number;
}

const share = z.number().min(0).max(1);

/** How much of one core a probe's thread used, how long it waited for one (0 where the kernel does not report it), and how long its event loop was busy; shares of 1. */
const busy = z.object({ cpu: share, waited: share, loop: share });
export type Busy = z.infer<typeof busy>;

/** One turn of a load, without its ramp-up. */
const loadTurn = z.object({
  block: count,
  /** `control` is the pod IP once more, on a separate flow. */
  path: z.enum(['pod-ip', 'control', 'cluster-ip']),
  /** TCP: bytes; UDP: datagrams. What was received is the receiver's count. */
  sent: count,
  received: count,
  /** From the first to the last received, by the receiver's clock. */
  ms,
  /** Datagrams for which the receiver's sockets had no room. */
  dropped: count,
  /** The share of the time during which the sender's window was full without queueing, and so was the limit. */
  full: share,
  sender: busy,
  receiver: busy,
});
export type LoadTurn = z.infer<typeof loadTurn>;

export const loadRecord = z.object({
  kind: z.literal('load'),
  protocol,
  turns: z.array(loadTurn),
  /** `lost`: a turn whose count the receiver did not report within a second. */
  stopped: z.enum(['blocks', 'time', 'bytes', 'unwanted', 'lost']),
  /** From the first turn, for everything sent, including ramp-up and discarded turns; datagrams with their headers. */
  durationMs: ms,
  sentBytes: count,
  /** How long the container's CPU limit throttled it meanwhile; null when that can't be read. */
  throttledMs: ms.nullable(),
});
export type LoadRecord = z.infer<typeof loadRecord>;
