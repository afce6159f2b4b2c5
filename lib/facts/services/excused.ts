import type { Dialled } from '../../mesh/dialled.ts';
import { nothingLeftOut, type Facts } from '../facts.ts';
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
    notApplicable: excused.length === 0 ? nothingLeftOut : null,
    inconclusive: excused.length > 0 && judged === 0 ? said : null,
  };
}

/** Dials of which none could be made, while others of the same clause were judged: otherwise it would pass without a word about them. `why`: null where they were made. */
export function notDialled({ what, why, judged }: { what: string; why: string | null; judged: number }): Facts {
  return {
    expected: `${what} are dialled where that can be judged`,
    seen: `${what} were not dialled: ${why}`,
    violations: [],
    notApplicable: why === null ? nothingLeftOut : judged === 0 ? why : null,
  };
}
