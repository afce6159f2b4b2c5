import { z } from 'zod';

/** How large may a packet to each of these addresses be, as far as your kernel knows? Nothing is sent. A `PathMtuRecord` each. */
export interface PathMtuRequest {
  kind: 'path-mtu';
  addresses: string[];
}

export const pathMtuRecord = z.object({
  kind: z.literal('path-mtu'),
  address: z.string(),
  /** Of the route, or as reported by a router that had to drop one; null where it is not known. */
  mtu: z.int().nullable(),
});
export type PathMtuRecord = z.infer<typeof pathMtuRecord>;
