/** Shared by several conversations. */
import { z } from 'zod';

export const family = z.enum(['IPv4', 'IPv6']);
export type Family = z.infer<typeof family>;
/** Both, in the order in which they are told. */
export const families: readonly Family[] = family.options;

export const protocol = z.enum(['TCP', 'UDP']);
export type Protocol = z.infer<typeof protocol>;

/** The address is a textual IP without brackets or zone. */
export const socketAddress = z.object({
  address: z.string(),
  port: z.int().min(0).max(65_535),
});
export type SocketAddress = z.infer<typeof socketAddress>;

/** Who an agent is. */
export const identity = z.object({
  pod: z.string(),
  uid: z.string(),
  node: z.string(),
  /** New at every start, so that a restarted container can be recognised. */
  instance: z.string(),
});
export type Identity = z.infer<typeof identity>;

/** A duration or a limit in milliseconds. */
export const ms = z.number().min(0);

/** How many there were. */
export const count = z.int().min(0);
