import { z } from 'zod';
import { family, identity } from './basics.ts';

/** Who are you, where do you listen, what do you see of yourself? One `HelloRecord`. */
export interface HelloRequest {
  kind: 'hello';
}

export const helloRecord = z.object({
  kind: z.literal('hello'),
  identity,
  /** One number for TCP and UDP, on every address of the probe. */
  port: z.int().min(1).max(65_535),
  /** Of the probe's own interfaces, except loopback and link-local. */
  interfaces: z.array(z.object({ name: z.string(), address: z.string(), family, mtu: z.number().nullable() })),
  /** From the downward API. */
  declaredIPs: z.array(z.string()),
  nodeVersion: z.string(),
  kernel: z.string(),
  arch: z.string(),
  /** Tables of iptables' legacy back end in the probe's network namespace, of either family; null where they can't be read: only root can. */
  legacyTables: z.array(z.string()).nullable(),
  /** null when raw sockets can be opened, otherwise why not. */
  noRawSockets: z.string().nullable(),
});
export type HelloRecord = z.infer<typeof helloRecord>;
