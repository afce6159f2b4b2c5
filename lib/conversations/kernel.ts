import { z } from 'zod';
import { count } from './basics.ts';

/** What the kernel says of the network namespace that the probe is in: on a host-network probe, the node's. One `KernelRecord`. */
export interface KernelRequest {
  kind: 'kernel';
}

export const kernelRecord = z.object({
  kind: z.literal('kernel'),
  /** Connections that are tracked now, and how many fit; null where the kernel tracks none, or does not tell. */
  conntrack: z.object({ count, max: count }).nullable(),
  /** Loopback aside. */
  links: z.array(
    z.object({
      name: z.string(),
      addresses: z.array(z.string()),
      /** A device is behind it; the speed of any other is made up by its driver. */
      hardware: z.boolean(),
      speedMbps: z.number().min(0).nullable(),
    }),
  ),
});
export type KernelRecord = z.infer<typeof kernelRecord>;
