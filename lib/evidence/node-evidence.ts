import type { Route, RoutingRule } from '../conversations/self/routes.ts';

export type { Route, RoutingRule };

/** What the kernel of one node said once something had failed. */
export interface NodeEvidence {
  node: string;
  /** To addresses at either end of what failed; those of which it said nothing are left out. */
  routes: readonly Route[];
  /** Of policy routing, beside those that every kernel has. */
  rules: readonly RoutingRule[];
}
