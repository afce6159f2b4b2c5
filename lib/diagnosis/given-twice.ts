import type { Edge } from '../verdict/run.ts';
import { probeName } from './pattern.ts';

/** The cause of addresses with two owners, in the same words wherever it is found. */
export const givenTwice = 'the address management of the network plugin gives addresses away more than once';

/** Where to look at who has an address. */
export const lookWhoHas = (address: string): string =>
  `kubectl get pods -A -o wide --field-selector status.podIP=${address}`;

export interface SharedAddress {
  address: string;
  /** "node-2/pod-a", sorted. */
  holders: string[];
}

/** Addresses that several of the run's probes have, sorted. */
export function sharedAmong(edges: Edge[]): SharedAddress[] {
  const holders = new Map<string, Set<string>>();
  for (const { from, to } of edges)
    for (const end of [from, to])
      if (end.address !== null) holders.set(end.address, (holders.get(end.address) ?? new Set()).add(probeName(end)));
  return [...holders]
    .filter(([, names]) => names.size > 1)
    .map(([address, names]) => ({ address, holders: [...names].toSorted() }))
    .toSorted((one, other) => one.address.localeCompare(other.address));
}

/** Whether an edge begins or ends at one of these addresses: then whatever is wrong with it says nothing of the way between. */
export function touches(edge: Edge, addresses: ReadonlySet<string>): boolean {
  return [edge.from.address, edge.to.address].some((address) => address !== null && addresses.has(address));
}

/** "198.18.65.2 belongs to node-2/pod-a and node-2/pod-b (12 dials from or to it fail)". */
export function describeShared({ address, holders }: SharedAddress, edges: Edge[]): string {
  const count = edges.filter((edge) => touches(edge, new Set([address]))).length;
  return `${address} belongs to ${holders.join(' and ')} (${count === 1 ? '1 dial from or to it fails' : `${count} dials from or to it fail`})`;
}
