/** The ways at the probes' own addresses that a dial through a Service takes. */
import type { Probe } from '../../cluster/model.ts';
import { destinationOf, type Destination } from '../../mesh/destination.ts';
import type { Dialled, PlannedDial } from '../../mesh/dialled.ts';
import type { Ends } from '../../mesh/pairs.ts';
import { isAnsweredByOthers, isSound } from '../../mesh/rounds/merge.ts';
import type { Session } from '../../verdict/session.ts';

/** What a dial goes over. */
export type Over = Pick<PlannedDial, 'protocol' | 'family'>;

/**
 * The ways that a dial from there to there takes: to the pods behind the Service; by a node's port first to that node, and on from there, for which it must
 * be able to forward.
 */
export function waysThrough({
  pods,
  nodes,
}: Pick<Session, 'pods' | 'nodes'>): (from: Probe, to: Destination) => Ends[] {
  const all = [...nodes, ...pods];
  const byNode = Map.groupBy(all, ({ node }) => node);
  const own = new Map(all.map((probe) => [probe, destinationOf(probe)]));
  return (from, to) => {
    const at = to.via?.kind === 'NodePort' ? to.via.node : null;
    const there = at === null ? [] : (byNode.get(at) ?? []);
    return [
      ...there.map((probe) => [from, probe] as const),
      ...(at === null ? [from] : there).flatMap((probe) => to.responders.map((pod) => [probe, pod] as const)),
    ]
      .filter(([one, other]) => one !== other)
      .map(([one, other]) => ({ from: one, to: own.get(other) ?? destinationOf(other) }));
  };
}

/**
 * What loses some of its packets is no pair of probes, but what is between their nodes: of its dials a few show it, one way or the other, over one family or
 * the other. Of eight dials that lose 3 % none shows it once in 17 times.
 */
export function linkOf({ from, to, protocol }: Ends & Pick<Over, 'protocol'>): string {
  const ends = [from, ...to.responders].map(({ node, kind }) => `${node} ${kind}`);
  return [...ends.toSorted(), protocol].join(' ');
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
