import { z } from 'zod';

const rawProtocol = z.enum(['ICMP echo', 'IP protocol 253', 'SCTP']);
export type RawProtocol = z.infer<typeof rawProtocol>;

/** Try protocols that nobody promised. A `RawRecord` per protocol and target. */
export interface RawRequest {
  kind: 'raw';
  targets: { address: string; protocols: RawProtocol[] }[];
  timeoutMs: number;
}

/** Answer IP protocol 253 for this long, so that `raw` requests of other probes get an answer. No records; does nothing without CAP_NET_RAW. */
export interface RawListenRequest {
  kind: 'raw-listen';
  forMs: number;
}

export const rawRecord = z.object({
  kind: z.literal('raw'),
  address: z.string(),
  protocol: rawProtocol,
  result: z.enum(['answered', 'no answer', 'not checked']),
  reason: z.string().nullable(),
});
export type RawRecord = z.infer<typeof rawRecord>;
