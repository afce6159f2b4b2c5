import { z } from 'zod';
import { count } from './basics.ts';

/** What the kernel reports about the probe's network namespace: on a host-network probe, the node's. One `KernelRecord`. */
export interface KernelRequest {
  kind: 'kernel';
}

export const kernelRecord = z.object({
  kind: z.literal('kernel'),
  /** Connections that are tracked now, and how many fit; null where the kernel tracks none, or does not report it. */
  conntrack: z.object({ count, max: count }).nullable(),
  /** How long it tracks a flow of UDP without an answer, or of a few datagrams, after the last of them; left out: not known. */
  udpTimeoutSeconds: count.optional(),
  /** Except loopback. */
  links: z.array(
    z.object({
      name: z.string(),
      addresses: z.array(z.string()),
      /** A device is behind it; otherwise the driver invents the speed. */
      hardware: z.boolean(),
      speedMbps: z.number().min(0).nullable(),
    }),
  ),
});
export type KernelRecord = z.infer<typeof kernelRecord>;
