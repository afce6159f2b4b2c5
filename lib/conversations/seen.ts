import { z } from 'zod';
import { count, ms, socketAddress } from './basics.ts';

/** What did you receive of these nonces, which TCP handshakes are half open, and did you stall? One `SeenRecord` per nonce seen, one `HalfOpenRecord`, one `StallRecord`. */
export interface SeenRequest {
  kind: 'seen';
  nonces: string[];
  /** How far back to look for a stall; at most 30 s. */
  withinMs: number;
}

const seenRecord = z.object({
  kind: z.literal('seen'),
  nonce: z.string(),
  /** Questions that were received completely with this nonce, counted by connection or datagram. */
  received: count,
  peer: socketAddress,
  /** How late the responder's event loop was at most when it read one of them, in ms: any further delay is the network's. */
  lateMs: ms,
});
export type SeenRecord = z.infer<typeof seenRecord>;

/** TCP handshakes in SYN_RECV: the SYN came, the final ACK did not. */
const halfOpenRecord = z.object({
  kind: z.literal('half-open'),
  connections: z.array(z.object({ local: socketAddress, peer: socketAddress })),
});
export type HalfOpenRecord = z.infer<typeof halfOpenRecord>;

/** The responder's own faults: how long its event loop stood still, at once or in pieces, and datagrams that its sockets had no room for. */
const stallRecord = z.object({
  kind: z.literal('stall'),
  longestMs: ms,
  /** Of all its UDP sockets, since they were opened (/proc/net/udp, udp6). */
  droppedDatagrams: count,
});

/** The one conversation with records of several kinds: `byKind` splits them. */
export const seenRecords = z.discriminatedUnion('kind', [seenRecord, halfOpenRecord, stallRecord]);
export type SeenRecords = z.infer<typeof seenRecords>;
