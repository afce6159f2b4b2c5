import type { Violation } from '../facts/violation.ts';
import type { Dialled } from '../mesh/dialled.ts';
import { judged, type Judged } from './judged.ts';
import { nodesNotEnforcing, type Enforcement, type Tried } from './tried.ts';
import { notAsWritten, waysOf } from './violations.ts';

/** What is to be said of pods that started under policies, on nodes that enforce any. */
export interface NewcomersJudged {
  all: Judged[];
  violations: Violation[];
  /** Why nothing is known of some. */
  doubts: string[];
  /** Under the policies that stood before they came; null where none came. */
  closed: Tried | null;
}

/** Null where none were wanted. */
export function judgedNewcomers(found: Enforcement): NewcomersJudged | null {
  const { newcomers, namespace, unlisted } = found;
  if (newcomers === null) return null;
  const { tried, control, missing } = newcomers;
  const doubts = missing.map(({ node, reason }) => `no pod started on ${node} while policies stood: ${reason}`);
  const slack = nodesNotEnforcing(found.tried[0], namespace);
  const dialledOf = ({ exchanged }: Tried, leftOut: ReadonlySet<string>): Dialled[] =>
    exchanged.dialled.filter((dial) => !leftOut.has(dial.from.node) && !leftOut.has(dial.to.node ?? ''));
  const judgedOf = (one: Tried, leftOut: ReadonlySet<string>): Judged =>
    judged({ namespace, unlisted, control, again: control }, one, dialledOf(one, leftOut));
  const [closed, opened] = tried;
  if (closed === undefined) return { all: [], violations: [], doubts, closed: null };
  const first = judgedOf(closed, slack);
  const missed = missedBy(first);
  // Where they are not closed, nothing needs to be opened to them.
  const unwatched = new Set([...slack, ...missed.map(({ node }) => node)]);
  const second = opened === undefined ? [] : [judgedOf(opened, unwatched)];
  const violations = [...missed, ...notAsWritten([{ ...first, letThrough: [] }, ...second])];
  return { all: [first, ...second], violations, doubts, closed };
}

function missedBy({ letThrough, dials: [forbidden] }: Judged): (Violation & { node: string })[] {
  const asked = Map.groupBy(forbidden?.dialled ?? [], nodeOfNewcomer);
  return [...Map.groupBy(letThrough, nodeOfNewcomer)].map(([node, dials]) => ({
    kind: 'policy misses new pods',
    node,
    evidence: `a pod was started on ${node} under policies that close it both ways: ${dials.length} of ${asked.get(node)?.length ?? 0} dials to it and from it got through (${waysOf(dials)})`,
  }));
}

/** Of two that came later the one that is dialled: it is the first to be closed. */
function nodeOfNewcomer({ from, to }: Dialled): string {
  return to.responders[0]?.name === 'newcomer' ? (to.node ?? '') : from.node;
}
