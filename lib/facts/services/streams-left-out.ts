import type { Way } from '../../mesh/plan.ts';
import { nothingLeftOut, type Facts } from '../facts.ts';
import { namedNodes } from './named-nodes.ts';

/** Ways from nodes on which no stream was sent, since they are by loopback, as far as anybody knows: see `wholeSizesThrough`. */
export function streamsLeftOut({ byLoopback }: { byLoopback: readonly Way[] }): Facts {
  const nodes = [...new Set(byLoopback.map(({ from }) => from.node))].toSorted();
  return {
    expected: 'streams are sent where a way is not by a node’s own loopback interface',
    seen: `no streams on ${byLoopback.length} ways: ${namedNodes(nodes)} may send what is for these Services by loopback`,
    violations: [],
    notApplicable: byLoopback.length === 0 ? nothingLeftOut : null,
  };
}
