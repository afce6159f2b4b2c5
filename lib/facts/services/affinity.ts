import type { Probe } from '../../cluster/model.ts';
import type { Dialled, Exchanged } from '../../mesh/dialled.ts';
import type { Facts } from '../facts.ts';
import type { Violation } from '../violation.ts';

/** Whether each client's flows all went to one pod. Dials that were not answered say nothing of that. */
export function affinityKept({ rounds, pods }: { rounds: readonly Exchanged[]; pods: readonly Probe[] }): Facts {
  const answered = rounds.flatMap(({ dialled }) => dialled.filter(isAnswered));
  const clients = [
    ...Map.groupBy(answered, ({ from, protocol, family }) => `${from.uid} ${protocol} ${family}`).values(),
  ];
  // One flow alone keeps to itself.
  const told = clients.filter((dials) => dials.length > 1);
  const lost = told.filter((dials) => ownersOf(dials).size > 1);
  const silent = rounds[0]?.dialled.filter((dial) => !isAnswered(dial)).length ?? 0;
  return {
    expected:
      'the flows of one client, one after the other, all go to the same pod of a Service with sessionAffinity ClientIP',
    seen: `${told.length - lost.length} of ${told.length} clients, counted by protocol and family, kept to one of ${pods.length} pods${silent === 0 ? '' : `; ${silent} more got no answer`}`,
    violations: lost.length === 0 ? [] : [notKept(lost)],
    notApplicable:
      rounds[0]?.dialled.length === 0 ? 'no client reaches all pods of a Service at their own addresses' : null,
    inconclusive: told.length === 0 ? 'no client got answers through the Service' : null,
  };
}

function isAnswered({ record }: Dialled): boolean {
  return record?.outcome === 'delivered';
}

function ownersOf(dials: readonly Dialled[]): Set<string> {
  return new Set(dials.flatMap(({ record }) => record?.views.map(({ who }) => `${who.node}/${who.pod}`) ?? []));
}

function notKept(lost: Dialled[][]): Violation {
  const nodes = [...new Set(lost.flatMap(([first]) => first?.from.node ?? []))].toSorted();
  const [worst = []] = lost.toSorted((one, other) => ownersOf(other).size - ownersOf(one).size);
  const [{ from, protocol, family } = { from: { node: '', name: '' }, protocol: '', family: '' }] = worst;
  return {
    kind: 'affinity not kept',
    nodes,
    evidence: `${lost.length} clients on ${nodes.join(', ')} were sent to several pods: ${from.node}/${from.name} over ${protocol} and ${family} to ${[...ownersOf(worst)].toSorted().join(', ')}`,
  };
}
