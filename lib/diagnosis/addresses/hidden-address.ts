import { sameAddress } from '../../cluster/addresses.ts';
import type { Edge, EdgeProblem } from '../../verdict/run.ts';
import type { AddressFault } from './fault.ts';
import { probeName } from '../folding/pattern.ts';

/** The cause of pods that have other addresses than the API says, in the same words wherever it is found. */
export const hiddenByTranslation =
  'pods have other addresses than the API says: a translation 1:1 hides it, or they were changed after the pods started';

/** Where to look at what a node does with its pods' addresses. */
export const lookAtPodsOf = (node: string): string =>
  `kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`;

interface HiddenAddress {
  /** "node-2/pod-a". */
  probe: string;
  node: string;
  /** As the API says, and as its peers see. */
  reported: string;
  /** As its own sockets see. */
  own: string;
}

/** Failing edges of pods that peers know by the address of the API, while their own sockets have another; null when there is none. */
export function findHidden(failing: Edge[]): AddressFault | null {
  const edges = failing.filter((edge) => edge.problems.every((problem) => hiddenBy(edge, problem) !== null));
  const found = new Map<string, HiddenAddress>();
  for (const edge of edges)
    for (const problem of edge.problems) {
      const one = hiddenBy(edge, problem);
      if (one !== null) found.set(`${one.probe} ${one.reported}`, one);
    }
  const pods = [...found.values()].toSorted((one, other) => one.probe.localeCompare(other.probe));
  const [first] = pods;
  if (first === undefined) return null;
  return {
    edges,
    likelyCause: hiddenByTranslation,
    evidence: pods.map(describeHidden),
    lookWith: lookAtPodsOf(first.node),
  };
}

/** "node-2/pod-a is 198.18.65.9 in the API, but 198.18.65.209 by its own sockets". */
function describeHidden({ probe, reported, own }: HiddenAddress): string {
  return `${probe} is ${reported} in the API, but ${own} by its own sockets`;
}

/** The pod whose other address is all that is behind a problem; null where something else is. */
function hiddenBy({ from, to, diallerSees, responderSees }: Edge, problem: EdgeProblem): HiddenAddress | null {
  if (diallerSees === null || responderSees === null) return null;
  if (problem === 'source address translated')
    return hidden(from, { own: diallerSees.local.address, reported: responderSees.peer.address });
  if (problem === 'destination address translated' && to.via === undefined)
    return hidden(to, { own: responderSees.local.address, reported: diallerSees.remote.address });
  return null;
}

/** Host-network probes are left out: a node has several addresses, and one that turned into another was translated. */
function hidden(end: Edge['from'], { own, reported }: { own: string; reported: string }): HiddenAddress | null {
  if (end.probe === 'node' || end.address === null) return null;
  if (!sameAddress(reported, end.address) || sameAddress(own, reported)) return null;
  return { probe: probeName(end), node: end.node, reported, own };
}
