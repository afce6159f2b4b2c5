import type { CarriedTwice } from '../../cluster/addresses.ts';
import type { Edge } from '../../verdict/run.ts';
import { explainCarried } from './carried-twice.ts';
import type { AddressFault } from './fault.ts';
import { findGivenTwice } from './given-twice.ts';
import { findHidden } from './hidden-address.ts';
import { findNotLocal } from '../not-local.ts';

/** More addresses of one kind would add nothing. */
const maxNamed = 5;

/** Faults of addresses, and pods that answer for those of another node, come first: paths from or to a wrong address would be folded into wrong causes. */
export function addressFaults(
  failing: Edge[],
  { sound, carried }: { sound: Edge[]; carried: readonly CarriedTwice[] },
): { faults: AddressFault[]; left: Edge[] } {
  const faults: AddressFault[] = [];
  let left = failing;
  for (const find of [findNotLocal, explainCarried(carried), findGivenTwice, findHidden]) {
    const fault = find(left, sound);
    if (fault === null) continue;
    faults.push({ ...fault, evidence: capped(fault.evidence) });
    const explained = new Set(fault.edges);
    left = left.filter((edge) => !explained.has(edge));
  }
  return { faults, left };
}

function capped(sentences: string[]): string[] {
  const more = sentences.length - maxNamed;
  return more > 0 ? [...sentences.slice(0, maxNamed), `and ${more} more addresses`] : sentences;
}
