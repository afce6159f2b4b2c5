import type { Edge } from '../../verdict/run.ts';
import type { AddressFault } from './fault.ts';
import { probeName } from '../folding/pattern.ts';

/** The cause of addresses with two owners, in the same words wherever it is found. */
export const givenTwice = 'the address management of the network plugin gives addresses away more than once';

/** Where to look at who has an address. */
export const lookWhoHas = (address: string): string =>
  `kubectl get pods -A -o wide --field-selector status.podIP=${address}`;

interface SharedAddress {
  address: string;
  /** "node-2/pod-a", sorted. */
  holders: string[];
}

/** Failing edges from or to an address that several of the run's probes have; null when there is none. Their paths say nothing. */
export function findGivenTwice(failing: Edge[], sound: Edge[]): AddressFault | null {
  const shared = sharedAmong([...failing, ...sound]);
  const addresses = new Set(shared.map(({ address }) => address));
  const services = servicesTo(shared, [...failing, ...sound]);
  const edges =
    addresses.size === 0
      ? []
      : failing.filter((edge) => touches(edge, addresses) || services.has(edge.to.via?.service ?? ''));
  const [first] = shared;
  if (first === undefined || edges.length === 0) return null;
  const counts = countEnds(edges);
  return {
    edges,
    likelyCause: givenTwice,
    evidence: shared.map((one) => describeShared(one, counts.get(one.address) ?? 0)),
    lookWith: lookWhoHas(first.address),
  };
}

/** Two nodes under one address are left out: that is not the network plugin's business. So are addresses of Services, which several pods share. */
function sharedAmong(edges: Edge[]): SharedAddress[] {
  const holders = new Map<string, Set<string>>();
  for (const edge of edges)
    for (const end of edge.to.via === undefined ? [edge.from, edge.to] : [edge.from])
      if (end.address !== null) {
        const known = holders.get(end.address);
        if (known === undefined) holders.set(end.address, new Set([probeName(end)]));
        else known.add(probeName(end));
      }
  return [...holders]
    .filter(([, names]) => names.size > 1 && [...names].some((name) => !name.endsWith('/node')))
    .map(([address, names]) => ({ address, holders: [...names].toSorted() }))
    .toSorted((one, other) => one.address.localeCompare(other.address));
}

/** Services with a pod behind them that has such an address: whoever else has it answers there, too, or nobody does. */
function servicesTo(shared: readonly SharedAddress[], edges: Edge[]): ReadonlySet<string> {
  const holders = new Set(shared.flatMap((one) => one.holders));
  const addresses = new Set(shared.map(({ address }) => address));
  const isTo = ({ to, responderSees }: Edge): boolean =>
    holders.has(probeName(to)) || addresses.has(responderSees?.local.address ?? '');
  return new Set(edges.filter(isTo).flatMap(({ to }) => to.via?.service ?? []));
}

/** Whether an edge begins or ends at one of these addresses. */
function touches(edge: Edge, addresses: ReadonlySet<string>): boolean {
  return [edge.from.address, edge.to.address].some((address) => address !== null && addresses.has(address));
}

/** By address: how many edges begin or end there. */
function countEnds(edges: Edge[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { from, to } of edges)
    for (const address of new Set([from.address, to.address]))
      if (address !== null) counts.set(address, (counts.get(address) ?? 0) + 1);
  return counts;
}

/** "198.18.65.2 belongs to node-2/pod-a and node-2/pod-b (12 dials from or to it fail)". */
function describeShared({ address, holders }: SharedAddress, count: number): string {
  return `${address} belongs to ${holders.join(' and ')} (${count === 1 ? '1 dial from or to it fails' : `${count} dials from or to it fail`})`;
}
