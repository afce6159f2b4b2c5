import type { Dialled } from '../../mesh/dialled.ts';
import type { Facts } from '../facts.ts';
import { namedNodes } from './named-nodes.ts';

/** Dials through Services that are not judged, since their ways are dead at the probes' own addresses: other clauses name those. */
export function notJudged({ excused, judged }: { excused: readonly Dialled[]; judged: number }): Facts {
  const nodes = [
    ...new Set(excused.flatMap(({ from, to }) => [from.node, to.via?.node ?? to.node ?? from.node])),
  ].toSorted();
  const said = `${excused.length} dials were not judged: their ways are dead at the probes' own addresses, too (${namedNodes(nodes)})`;
  return {
    expected: 'dials are judged where their ways work at the probes’ own addresses',
    seen: said,
    violations: [],
    notApplicable: excused.length === 0 ? 'nothing was left out' : null,
    inconclusive: excused.length > 0 && judged === 0 ? said : null,
  };
}
