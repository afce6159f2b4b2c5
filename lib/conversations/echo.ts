import { z } from 'zod';
import { count, ms, protocol, type Protocol, type SocketAddress } from './basics.ts';

/** Echo measuring packets that carry `tag` on this port (0: the kernel's choice), both protocols, on every address of the probe; an earlier one ends. A `ListenRecord` per protocol. */
export interface EchoListenRequest {
  kind: 'echo-listen';
  port: number;
  tag: string;
  forMs: number;
}

/** Try each of these until it echoes, side by side, with a fresh socket each time. An `EchoRecord` each. */
export interface AwaitEchoRequest {
  kind: 'await-echo';
  targets: ({ protocol: Protocol } & SocketAddress)[];
  tag: string;
  deadlineMs: number;
}

export const echoRecord = z.object({
  kind: z.literal('echo'),
  protocol,
  address: z.string(),
  port: z.int(),
  /** From the request's start to the end of the attempt that was echoed; null: none was. */
  afterMs: ms.nullable(),
  attempts: count,
});
export type EchoRecord = z.infer<typeof echoRecord>;
