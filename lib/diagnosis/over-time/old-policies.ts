/** What is denied by the rules of NetworkPolicies that are gone, later in the run: part of that cause, and no fault of the paths. */
import type { ClauseResult, Edge } from '../../verdict/run.ts';
import { endsOf, observe, type Leg } from '../folding/observations.ts';

/** Of these edges those that were dialled, or spoken over, once a dial of the same pods had turned out to be denied still. */
export function stillDenied(failed: readonly ClauseResult[], failing: readonly Edge[]): Edge[] {
  // A clause with a cause of its own: else nobody would tell of them.
  const told = failed.filter(({ likelyCause }) => likelyCause !== null);
  const proofs = told.flatMap(({ edges }) => edges.filter(isDeniedStill));
  if (proofs.length === 0) return [];
  const sinceMs = Math.min(...proofs.map(({ dialledMs }) => dialledMs ?? Infinity));
  const isDenied = likeOneOf(proofs);
  return failing.filter((edge) => {
    const legs = observe(edge)?.suspect ?? [];
    // Answers pass, as long as their flow is known: one that was idle may be forgotten.
    const judged = legs.filter(({ answer }) => !answer || edge.held !== undefined);
    return (edge.dialledMs ?? 0) >= sinceMs && judged.some(isDenied);
  });
}

/** A dial that failed after the last policy had been removed. */
export function isDeniedStill({ policies, problems, outcome }: Edge): boolean {
  return policies?.length === 0 && problems.length > 0 && outcome !== 'inconclusive';
}

/** A policy stands at one end: that of the fewer pods; where there are as many at the other, only the same pairs are alike. */
function likeOneOf(proofs: readonly Edge[]): (leg: Leg) => boolean {
  const nameAt = (end: 'from' | 'to', { from, to, protocol, family }: Leg | Edge): string => {
    const { node, probe } = end === 'from' ? from : to;
    return [node, probe, protocol, family].join(' ');
  };
  const senders = new Set(proofs.map((edge) => nameAt('from', edge)));
  const receivers = new Set(proofs.map((edge) => nameAt('to', edge)));
  const pairs = new Set(proofs.map(endsOf));
  if (senders.size < receivers.size) return (leg) => senders.has(nameAt('from', leg));
  if (receivers.size < senders.size) return (leg) => receivers.has(nameAt('to', leg));
  return (leg) => pairs.has(endsOf(leg));
}
