import type { NodeEvidence, Route } from '../../evidence/node-evidence.ts';
import type { Edge } from '../../verdict/run.ts';

/** An end of a dial. */
export type End = Edge['from'] & {
  /** Its address is not the node's own: one of a tunnel, from which it dials pods. */
  readonly isAnother?: boolean;
};

/** A route that the packets of a dial need, in either direction: who looks it up, and for which end. */
export interface Way {
  node: string;
  /** Where it leads, and who sends back from there. */
  to: End;
  from: End;
}

/** To the other end. */
export function waysBetween(edge: Edge): Way[] {
  const [from, to] = endsOf(edge);
  return [
    { node: from.node, to, from },
    { node: to.node, to: from, from: to },
  ];
}

/** Those, and on each end's own node the way to it. */
export function waysOf(edge: Edge): Way[] {
  const [from, to] = endsOf(edge);
  return [...waysBetween(edge), { node: to.node, to, from }, { node: from.node, to: from, from: to }];
}

/** A node may send from the address of a tunnel: its answers go there. What pods have is what the API says. */
function endsOf({ from, to, diallerSees }: Edge): [from: End, to: End] {
  const address = from.probe === 'node' ? (diallerSees?.local.address ?? from.address) : from.address;
  return [{ ...from, address, isAnother: address !== from.address }, to];
}

/** By node and address, what its kernel said. */
export type Routes = (node: string, address: string | null) => Route | undefined;

/** What is known of routes: undefined where nobody was asked, or did not answer. */
export function routesIn(evidence: readonly NodeEvidence[]): Routes {
  const known = new Map(
    evidence.flatMap(({ node, routes }) => routes.map((route) => [`${node} ${route.address}`, route] as const)),
  );
  return (node, address) => (address === null ? undefined : known.get(`${node} ${address}`));
}

/** Whether a fact explains a dial; null: not known. */
type Explains = (edge: Edge) => boolean | null;

/** Of these dials, those that are explained, if there are any, and none is known not to be. */
export function explainedAmong(edges: readonly Edge[], explains: Explains): Edge[] {
  const found = Object.groupBy(edges, (edge) => String(explains(edge)));
  return found.false === undefined ? (found.true ?? []) : [];
}

const namedAtMost = 4;

/** "a, b and c", "a, b, c, d and 3 more". */
export function listed(names: readonly string[]): string {
  const more = names.length - namedAtMost;
  const named = more > 0 ? [...names.slice(0, namedAtMost), `${more} more`] : names;
  const last = named.at(-1) ?? '';
  return named.length < 2 ? last : `${named.slice(0, -1).join(', ')} and ${last}`;
}

/** "node-1 has", "node-1 and node-2 have". */
export function have(nodes: readonly string[]): string {
  return `${listed(nodes)} ${nodes.length > 1 ? 'have' : 'has'}`;
}

/** Each once, in their order. */
export function addressesOf(ends: readonly Edge['from'][]): string[] {
  return inOrder(ends.flatMap(({ address }) => address ?? []));
}

/** Each once; "node-10" after "node-9". */
export function inOrder(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}

/** Ends of dials by their nodes, and of what kind they are. */
export function placesOf(ends: readonly Edge['from'][]): { nodes: string[]; kind: 'pods' | 'nodes' | 'both' } {
  const isNode = new Set(ends.map(({ probe }) => probe === 'node'));
  const nodes = inOrder(ends.map(({ node }) => node));
  return { nodes, kind: isNode.size > 1 ? 'both' : isNode.has(true) ? 'nodes' : 'pods' };
}

/** "the pods of node-1 and node-2", "node-1 and its pods", "node-1". */
export function placeWords(ends: readonly Edge['from'][]): string {
  const { nodes, kind } = placesOf(ends);
  const what = listed(nodes);
  if (kind === 'nodes') return what;
  return kind === 'pods' ? `the pods of ${what}` : `${what} and ${nodes.length > 1 ? 'their' : 'its'} pods`;
}
