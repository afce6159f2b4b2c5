/** What the kernels of a mesh's nodes would say, each node being reached by its own address. */
import type { NodeEvidence, Route, RoutingRule } from '../../../../lib/evidence/node-evidence.ts';
import type { Edge } from '../../../../lib/verdict/run.ts';

export interface KernelOptions {
  /** Nodes that were asked; left out: all. */
  asked?: string[];
  /** What a node says otherwise of its route to an address of another, or of its own; null: as usual. */
  says?: (node: string, to: Edge['from']) => Partial<Route> | null;
  /** Of a node, beside the usual ones. */
  rules?: (node: string) => RoutingRule[];
}

/** To the ends of all edges of a mesh, from each node. */
export function kernelsOf(
  edges: readonly Edge[],
  { asked, says = () => null, rules = () => [] }: KernelOptions = {},
): NodeEvidence[] {
  const ends = [...new Map(edges.flatMap(({ from, to }) => [from, to]).map((end) => [end.address, end])).values()];
  const nodes = asked ?? [...new Set(ends.map(({ node }) => node))];
  return nodes.map((node) => ({
    node,
    routes: ends.flatMap((to) => (to.address === null ? [] : [{ ...usual(node, to, to.address), ...says(node, to) }])),
    rules: rules(node),
  }));
}

/** The address of a node in the mesh; over IPv6 next hops are link-local, and nobody knows whose. */
export function addressOf(node: string, family: Edge['family'] = 'IPv4'): string {
  return family === 'IPv4' ? `198.18.${node.slice('node-'.length)}.1` : 'fe80::1';
}

function usual(node: string, to: Edge['from'], address: string): Route {
  const isDirect = node === to.node || to.probe === 'node';
  const gateway = addressOf(to.node, address.includes(':') ? 'IPv6' : 'IPv4');
  const device = node === to.node && to.probe !== 'node' ? 'cni0' : 'eth0';
  return { address, gateway: isDirect ? null : gateway, device, table: 254, error: null };
}

/** There is no way. */
export function noWay(error: string): Partial<Route> {
  return { gateway: null, device: null, table: null, error };
}
