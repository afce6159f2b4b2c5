import { z } from 'zod';

/** GET from a server on the probe's own loopback address (kube-proxy's `/proxyMode`). One `LoopbackRecord`. */
export interface LoopbackRequest {
  kind: 'loopback';
  port: number;
  path: string;
  timeoutMs: number;
}

export const loopbackRecord = z.object({
  kind: z.literal('loopback'),
  status: z.int().nullable(),
  body: z.string(),
  error: z.string().nullable(),
});
export type LoopbackRecord = z.infer<typeof loopbackRecord>;
