import { z } from 'zod';
import { protocol } from './basics.ts';

/** Listen on more ports, on every address of the probe, both protocols. A `ListenRecord` per port and protocol. */
export interface ListenRequest {
  kind: 'listen';
  ports: number[];
}

/** Stop listening on the ports of all earlier listen requests. No records. */
export interface UnlistenRequest {
  kind: 'unlisten';
}

export const listenRecord = z.object({
  kind: z.literal('listen'),
  protocol,
  port: z.int(),
  /** null when it listens, otherwise the error code (EADDRINUSE, EACCES, …). */
  error: z.string().nullable(),
});
export type ListenRecord = z.infer<typeof listenRecord>;
