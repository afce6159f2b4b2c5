import type { Violation } from '../facts/violation.ts';
import type { Dialled } from '../mesh/dialled.ts';
import { forbids } from './ends.ts';
import { judged, type Judged } from './judged.ts';
import { nodesNotEnforcing, type Enforcement, type Tried } from './tried.ts';
import { areOfSomePorts, notAsWritten, provedOf, waysOf } from './violations.ts';

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
  const { tried, control, missing, notListening } = newcomers;
  const doubts = [
    ...missing.map(({ node, reason }) => `no pod started on ${node} while policies stood: ${reason}`),
    ...notListening.slice(0, 3).map((why) => `not dialled at all ports: ${why}`),
  ];
  const slack = nodesNotEnforcing(found.tried[0], namespace);
  const dialledOf = ({ exchanged }: Tried, leftOut: ReadonlySet<string>): Dialled[] =>
    exchanged.dialled.filter((dial) => !leftOut.has(dial.from.node) && !leftOut.has(dial.to.node ?? ''));
  const judgedOf = (one: Tried, leftOut: ReadonlySet<string>): Judged =>
    judged({ namespace, unlisted, control, again: control }, one, dialledOf(one, leftOut));
  const [closed, opened] = tried;
  if (closed === undefined) return { all: [], violations: [], doubts, closed: null };
  const first = judgedOf(closed, slack);
  const missed = missedBy(first, (dial) => isForbiddenTwice(closed, { dial, namespace }));
  // Where they are not closed, nothing needs to be opened to them.
  const unwatched = new Set([...slack, ...missed.map(({ node }) => node)]);
  const second = opened === undefined ? [] : [judgedOf(opened, unwatched)];
  const opening = [{ ...first, letThrough: [] }, ...second];
  const violations = [...missed, ...notAsWritten(opening, { whole: () => opening })];
  return { all: [first, ...second], violations, doubts, closed };
}

function missedBy(one: Judged, isTwice: (dial: Dialled) => boolean): (Violation & { node: string })[] {
  const {
    letThrough,
    dials: [forbidden],
  } = one;
  const asked = Map.groupBy(forbidden?.dialled ?? [], nodeOfNewcomer);
  // What is closed at its other end as well is denied there.
  const proved = Map.groupBy(
    provedOf(one).filter((dial) => !isTwice(dial)),
    nodeOfNewcomer,
  );
  return [...Map.groupBy(letThrough, nodeOfNewcomer)].map(([node, dials]) => ({
    kind: 'policy misses new pods',
    node,
    onlyAtSomePorts: areOfSomePorts(dials, proved.get(node) ?? []),
    evidence: `a pod was started on ${node} under policies that close it both ways: ${dials.length} of ${asked.get(node)?.length ?? 0} dials to it and from it got through (${waysOf(dials)})`,
  }));
}

function isForbiddenTwice({ step }: Tried, { dial, namespace }: { dial: Dialled; namespace: string }): boolean {
  return (['Ingress', 'Egress'] as const).every((direction) => {
    const policies = step.policies.filter(({ spec }) => spec.policyTypes?.includes(direction));
    return forbids({ ...step, policies }, dial, namespace) === true;
  });
}

/** Of two that came later the one that is dialled: it is the first to be closed. */
function nodeOfNewcomer({ from, to }: Dialled): string {
  return to.responders[0]?.name === 'newcomer' ? (to.node ?? '') : from.node;
}
