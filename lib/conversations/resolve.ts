import { z } from 'zod';
import { ms, protocol, type Protocol } from './basics.ts';

/** Ask DNS servers for names, all at once: over UDP all questions about one name from one socket, as resolvers do. A `ResolveRecord` for each question, as it ends. */
export interface ResolveRequest {
  kind: 'resolve';
  questions: Question[];
  timeoutMs: number;
}

export type QuestionType = 'A' | 'AAAA' | 'PTR';

export interface Question {
  /** Unique in the request. */
  id: string;
  server: string;
  port: number;
  protocol: Protocol;
  /** With or without the dot at its end; no search list applies. */
  name: string;
  type: QuestionType;
}

export const resolveRecord = z.object({
  kind: z.literal('resolve'),
  id: z.string(),
  protocol,
  /** `answered`: with whatever code. `failed`: refused, reset, unreachable. */
  outcome: z.enum(['answered', 'timeout', 'failed', 'malformed']),
  /** RCODE of the answer: 0 is none, 3 NXDOMAIN; null without one. */
  code: z.int().nullable(),
  /** Addresses, or names, of the type that was asked for, in their order; names without the dot at their end. */
  found: z.array(z.string()),
  /** The server left some out, as it may over UDP: resolvers then ask over TCP. Left out: it did not. */
  truncated: z.literal(true).exactOptional(),
  afterMs: ms.nullable(),
  error: z.string().nullable(),
});
export type ResolveRecord = z.infer<typeof resolveRecord>;
