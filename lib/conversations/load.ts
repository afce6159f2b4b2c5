import { z } from 'zod';
import { count, ms, protocol, type Protocol, type SocketAddress } from './basics.ts';

/** Take and count what `load` requests of other probes send, on one port of every address of the probe, both protocols; an earlier one ends. A `ListenRecord` for each protocol. */
export interface LoadListenRequest {
  kind: 'load-listen';
  tag: string;
  forMs: number;
}

/**
 * Send at full speed to one probe that listens for it, in blocks of three turns: by pod IP, by ClusterIP and by pod IP again, in
 * random order, each on an established flow. One `LoadRecord`, of whole blocks. Ends at the first of its limits, and at once
 * when the connection that the request came by ends. The probe has limits of its own besides (`lib/probe/load/bounds.ts`).
 */
export interface LoadRequest {
  kind: 'load';
  protocol: Protocol;
  tag: string;
  podIP: SocketAddress;
  clusterIP: SocketAddress;
  /** How long both paths are tried until they answer. */
  openMs: number;
  /** Of each turn: sent and not counted, then counted. */
  rampMs: number;
  countedMs: number;
  blocks: number;
  /** From the first turn on, and of all that is sent; a first turn on each flow, that is thrown away, included. */
  budgetMs: number;
  budgetBytes: number;
  seed: number;
}

const share = z.number().min(0).max(1);

/** How much of one core a probe's thread took, how long it waited for one (0 where the kernel does not tell), and how long its event loop had something to do; each of 1. */
const busy = z.object({ cpu: share, waited: share, loop: share });
export type Busy = z.infer<typeof busy>;

/** One turn of a load, without its ramp-up. */
const loadTurn = z.object({
  block: count,
  /** `control` is the pod IP once more, on a flow of its own. */
  path: z.enum(['pod-ip', 'control', 'cluster-ip']),
  /** TCP: bytes; UDP: datagrams. What was received is the receiver's own count. */
  sent: count,
  received: count,
  /** From the first to the last of what was received, by the receiver's clock. */
  ms,
  /** Datagrams for which the receiver's sockets had no room. */
  dropped: count,
  /** How long all that may be on the way at once was, and had not to wait in a queue: the share of the time during which the sender's own window was the limit. */
  full: share,
  sender: busy,
  receiver: busy,
});
export type LoadTurn = z.infer<typeof loadTurn>;

export const loadRecord = z.object({
  kind: z.literal('load'),
  protocol,
  turns: z.array(loadTurn),
  /** `lost`: a turn of which the receiver did not say within a second what it had received. */
  stopped: z.enum(['blocks', 'time', 'bytes', 'unwanted', 'lost']),
  /** From the first turn, and all that was sent: what ramps up and what was thrown away included; datagrams with their headers. */
  durationMs: ms,
  sentBytes: count,
  /** CPU time that the container's limit took from it meanwhile; null when that can't be read. */
  throttledMs: ms.nullable(),
});
export type LoadRecord = z.infer<typeof loadRecord>;
