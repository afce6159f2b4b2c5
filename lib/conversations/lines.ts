/** What a probe writes, one JSON object per line: records of a request, then its trailer; heartbeats in between. */
import { z } from 'zod';
import { count, ms } from './basics.ts';
import type { RecordOf } from './index.ts';

/** The end of a reply. */
export const trailerSchema = z.object({
  /** The number of record lines before it, so that a lost one is noticed. */
  records: count,
  /** SHA-256, hex, of those records' JSON texts, each followed by "\n". */
  digest: z.string(),
  /** How long the agent's event loop stood still while it worked on this request, at once or in pieces: where stalls made more than two thirds of the time, all of them count. */
  stallMs: ms,
  /** How long a CPU limit has throttled the agent's container since it started; left out: that can't be read. */
  throttledMs: ms.optional(),
  instance: z.string(),
  /** null, or why the request could not be carried out completely. */
  error: z.string().nullable(),
});
export type Trailer = z.infer<typeof trailerSchema>;

const heartbeat = z.object({ instance: z.string() });

/** Which of the three kinds of line this is; a record is checked by the schema of its conversation, an end by that of the trailer. */
export const envelopeSchema = z.union([
  z.object({ id: z.string(), record: z.unknown() }).strict(),
  z.object({ id: z.string(), end: z.unknown() }).strict(),
  z.object({ heartbeat }).strict(),
]);
export type Envelope = z.infer<typeof envelopeSchema>;

/** A line as a probe writes it. */
export type Line =
  | { id: string; record: RecordOf }
  | { id: string; end: Trailer }
  | { heartbeat: z.infer<typeof heartbeat> };
