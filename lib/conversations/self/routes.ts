import { z } from 'zod';
import { family } from '../basics.ts';

/** By which way would your kernel send to each of these addresses, and by which rules does it choose a table of routes? Nothing is sent. One `RoutesRecord`. */
export interface RoutesRequest {
  kind: 'routes';
  addresses: string[];
}

const route = z.object({
  address: z.string(),
  /** The next hop; null: the address is on a link, or there is no way. */
  gateway: z.string().nullable(),
  /** By which interface, "eth0"; null: not known, or there is no way. */
  device: z.string().nullable(),
  /** In which table it was found; null: not known, or there is no way. */
  table: z.int().nullable(),
  /** Why there is no way, by the name of its errno ("ENETUNREACH"); null: there is one. */
  error: z.string().nullable(),
});
/** What `ip route get` says of one address: of packets of the node's own. Rules that look at the interface by which a packet came, or at the sources of pods, are not seen by it; of several next hops it names one. */
export type Route = z.infer<typeof route>;

const rule = z.object({
  family,
  priority: z.int(),
  /** Where it looks up; null: it refuses by itself. */
  table: z.int().nullable(),
});
/** A rule of policy routing, as in `ip rule`. */
export type RoutingRule = z.infer<typeof rule>;

export const routesRecord = z.object({
  kind: z.literal('routes'),
  /** One for each address; none where the kernel can't be asked. */
  routes: z.array(route),
  /** Those that every kernel has (local, main, default) are left out, and those that only jump; several of one priority and table are one. */
  rules: z.array(rule),
});
export type RoutesRecord = z.infer<typeof routesRecord>;
