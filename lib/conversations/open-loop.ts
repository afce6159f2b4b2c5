import { z } from 'zod';
import { count, ms, type SocketAddress } from './basics.ts';

/**
 * Sends packets of 172 bytes on every flow at a steady rate, whether answers come or not, to echoes that stamp their answers. Flows
 * share each interval evenly, in a different order every `turnPackets` packets. An `OpenLoopRecord` per flow, in their order, at the end.
 */
export interface OpenLoopRequest {
  kind: 'open-loop';
  tag: string;
  flows: SocketAddress[];
  /** On each flow, after `leadIn` packets that open it and are not reported. */
  packets: number;
  leadIn: number;
  intervalMs: number;
  turnPackets: number;
  seed: number;
  /** A packet without an answer for this long counts as lost. */
  timeoutMs: number;
}

/** Arrays are base64 of little-endian numbers, one per packet in the order of the schedule. */
export const openLoopRecord = z.object({
  kind: z.literal('open-loop'),
  address: z.string(),
  port: z.int(),
  packets: count,
  /** Uint32: microseconds from the schedule's start. */
  scheduledUs: z.base64(),
  /** Int32, nanoseconds: how much later than scheduled it was sent. */
  lateNs: z.base64(),
  /** Int32, nanoseconds from the actual send to the answer; -1: lost. */
  roundTripNs: z.base64(),
  /** Float64, nanoseconds of the responder's own clock from its first answer on this flow: when it received the packet; NaN: lost. */
  responderNs: z.base64(),
  /** Answers that came twice, and ones that came after the timeout. */
  duplicates: count,
  tooLate: count,
  /** The socket's first error (ECONNREFUSED: nobody listens there); null: none. */
  error: z.string().nullable(),
  /** Of the event loop, during all flows. */
  longestStallMs: ms,
  /** How long the container's CPU limit throttled it meanwhile; null when that can't be read. */
  throttledMs: ms.nullable(),
});
export type OpenLoopRecord = z.infer<typeof openLoopRecord>;
