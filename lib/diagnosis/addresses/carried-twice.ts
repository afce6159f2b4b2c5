import { sameAddress, type CarriedTwice } from '../../cluster/addresses.ts';
import type { Edge } from '../../verdict/run.ts';
import { onNode } from '../guesses/look-with.ts';
import type { AddressFault } from './fault.ts';

type Carried = Pick<CarriedTwice, 'address' | 'owner' | 'carrier'>;

/** The cause, in the same words wherever it is found. */
export function carriedByTwo({ address, owner, carrier }: Carried): string {
  return `${address}, the address of ${owner}, is also on an interface of ${carrier}: what is for ${owner} ends there, and what comes from ${owner} is taken for a forgery`;
}

/** Where to look at who carries an address. */
export function lookWhoCarries({ address, carrier }: Carried): string {
  return onNode(carrier, `ip -br address | grep -F ${address}`);
}

/** Failing edges between nodes that such an address explains: those from or to the node that owns it, its pods included: they are reached by way of it. */
export function explainCarried(carried: readonly CarriedTwice[]): (failing: Edge[]) => AddressFault | null {
  return (failing) => {
    const edges = failing.filter((edge) => carried.some((one) => concerns(edge, one)));
    const [first] = carried;
    if (first === undefined || edges.length === 0) return null;
    return {
      edges,
      likelyCause: carriedByTwo(first),
      evidence: carried.map(
        (one) =>
          `${one.address} belongs to node ${one.owner}, and ${one.carrier} carries it, too (${edges.filter((edge) => concerns(edge, one)).length} dials from or to ${one.owner} or that address fail)`,
      ),
      lookWith: lookWhoCarries(first),
    };
  };
}

function concerns({ from, to }: Edge, { address, owner }: CarriedTwice): boolean {
  if ([from, to].some((end) => end.address !== null && sameAddress(end.address, address))) return true;
  return from.node !== to.node && (from.node === owner || to.node === owner);
}
