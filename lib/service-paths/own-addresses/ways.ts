/** The ways at the probes' own addresses that a dial through a Service takes. */
import type { Probe } from '../../cluster/model.ts';
import type { Destination } from '../../mesh/destination.ts';
import type { Dialled, PlannedDial } from '../../mesh/dialled.ts';
import { isAnsweredByOthers, isSound } from '../../mesh/rounds/merge.ts';
import type { Session } from '../../verdict/session.ts';

/** An ordered pair of probes. */
export type Way = readonly [one: Probe, other: Probe];

/** What a dial goes over. */
export type Over = Pick<PlannedDial, 'protocol' | 'family'>;

/**
 * Ordered pairs of probes whose ways a dial takes: to the pods behind the Service; by a node's port first to that node, and on from there, for which it must
 * be able to forward.
 */
export function waysThrough(from: Probe, to: Destination, { pods, nodes }: Pick<Session, 'pods' | 'nodes'>): Way[] {
  const at = to.via?.kind === 'NodePort' ? to.via.node : null;
  const there = at === null ? [] : [...nodes, ...pods].filter(({ node }) => node === at);
  const ways: Way[] = [
    ...there.map((probe) => [from, probe] as const),
    ...(at === null ? [from] : there).flatMap((probe) => to.responders.map((pod) => [probe, pod] as const)),
  ];
  return ways.filter(([one, other]) => one !== other);
}

/**
 * What loses some of its packets is no pair of probes, but what is between their nodes: of its dials a few show it, one way or the other, over one family or
 * the other. Of eight dials that lose 3 % none shows it once in 17 times.
 */
export function linkOf(ends: Way, { protocol }: Pick<Over, 'protocol'>): string {
  return [...ends.map(({ node, kind }) => `${node} ${kind}`).toSorted(), protocol].join(' ');
}

/** Whether a dial did not do what every promise requires, or nothing is known of it. */
export function isFailing(dial: Dialled): boolean {
  return !isSound(dial) || isAnsweredByOthers(dial);
}

/** Whether a dial through a Service failed as it would on a dead way. Where nobody may answer, nothing fails; and somebody else who answers proves itself. */
export function mayBeOfItsWay(dial: Dialled): boolean {
  const { to, record, inconclusive } = dial;
  return (
    to.mayAnswer.size > 0 && record !== null && inconclusive === null && !isSound(dial) && !isAnsweredByOthers(dial)
  );
}
