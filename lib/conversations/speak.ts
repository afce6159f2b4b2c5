import { z } from 'zod';
import { protocol, socketAddress, type Protocol, type SocketAddress } from './basics.ts';

/** Speak first over these flows, which others have opened to you and left idle. A `SpokenRecord` each, in this order, as soon as your kernel has it. */
export interface SpeakRequest {
  kind: 'speak';
  flows: FlowToSpeakOver[];
  /** UDP: how often it is said, and the pause in between; the record is sent after the first. */
  datagrams: number;
  intervalMs: number;
}

export interface FlowToSpeakOver {
  /** Of the dial that opened it; what is said carries it. */
  nonce: string;
  protocol: Protocol;
  /** Both ends, as the responder itself saw them when it answered. */
  local: SocketAddress;
  peer: SocketAddress;
}

export const spokenRecord = z.object({
  kind: z.literal('spoken'),
  nonce: z.string(),
  protocol,
  peer: socketAddress,
  /** null, or why nothing was sent: the errno name, or that there is no such flow any more. */
  error: z.string().nullable(),
});
export type SpokenRecord = z.infer<typeof spokenRecord>;
