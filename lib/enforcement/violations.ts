import type { Dialled } from '../mesh/dialled.ts';
import { pairOf } from '../mesh/pairs.ts';
import type { Violation } from '../facts/violation.ts';
import type { Judged } from './judged.ts';
import { onlyWayOf } from './only-way.ts';

/** Nodes into or out of whose pods something got that a policy forbids: all of it, or some. */
export function notEnforced(judged: Judged, { way }: { way: Way }): Violation[] {
  const { letThrough } = judged;
  const proved = provedOf(judged);
  const asked = { into: Map.groupBy(proved, nodeAt('into')), 'out of': Map.groupBy(proved, nodeAt('out of')) };
  const evidenceOf = (end: Way, node: string, dials: readonly Dialled[]): string =>
    `${dials.length} of ${asked[end].get(node)?.length ?? 0} dials ${end} pods on ${node} that a policy forbids got through`;
  const groups = [...Map.groupBy(letThrough, nodeAt(way))];
  const isAll = ([node, dials]: [string, Dialled[]]): boolean => dials.length === asked[way].get(node)?.length;
  const some = groups.filter((one) => !isAll(one)).flatMap(([, dials]) => dials);
  // What gets in wherever it comes from a node is told of that node.
  const end = fewerNodesAt(opposite[way], some) ? opposite[way] : way;
  return [
    ...groups.filter(isAll).map(([node, dials]): Violation => ({
      kind: 'policy not enforced',
      node,
      evidence: evidenceOf(way, node, dials),
    })),
    ...[...Map.groupBy(some, nodeAt(end))].map(([node, dials]): Violation => ({
      kind: 'policy lets through',
      node,
      onlyWay: onlyWayOf(dials, proved),
      onlyAtSomePorts: areOfSomePorts(dials, asked[end].get(node) ?? []),
      evidence: `${evidenceOf(end, node, dials)} (${waysOf(dials)})`,
    })),
  ];
}

/** What is forbidden, and was denied or got through. */
export function provedOf({ unclear, dials: [forbidden] }: Judged): Dialled[] {
  const nothingProved = new Set(unclear.map(({ dial }) => dial));
  return forbidden?.dialled.filter((dial) => !nothingProved.has(dial)) ?? [];
}

type Way = 'into' | 'out of';

const opposite: Readonly<Record<Way, Way>> = { into: 'out of', 'out of': 'into' };

function nodeAt(end: Way): (dial: Dialled) => string {
  return ({ from, to }) => (end === 'into' ? (to.node ?? '') : from.node);
}

/** Whether there are fewer nodes at that end of these than at the other. */
function fewerNodesAt(end: Way, dials: readonly Dialled[]): boolean {
  const count = (at: Way): number => new Set(dials.map(nodeAt(at))).size;
  return count(end) < count(opposite[end]);
}

/**
 * What got through and is forbidden, and what was not and is allowed, by the node of the pod that was dialled. `whole`: all dials under the same policies. Where those in question
 * are of one pair, it tells whether ports decide, and which end does (seen in one run of five where a node did not look at high ports: a second cause).
 */
export function notAsWritten(
  all: readonly Judged[],
  { whole: wholeOf }: { whole: () => readonly Judged[] },
): Violation[] {
  const asked = all.flatMap(provedOf);
  const whole = all.some(({ letThrough }) => letThrough.length > 0) ? wholeOf() : [];
  const through = whole.flatMap(({ letThrough }) => letThrough);
  return [
    ...byNode(
      all.flatMap(({ letThrough }) => letThrough),
      { whole: through },
    ).map(({ node, end, where, dials }): Violation => {
      const isThere = (dial: Dialled): boolean => nodeAt(end)(dial) === node;
      const isOnePair = new Set(dials.map(pairOf)).size === 1;
      return {
        kind: 'policy lets through',
        node,
        onlyWay: onlyWayOf(dials, asked),
        onlyAtSomePorts: isOnePair
          ? areOfSomePorts(through.filter(isThere), whole.flatMap(provedOf).filter(isThere))
          : areOfSomePorts(dials, asked.filter(isThere)),
        evidence: `${dials.length} dials ${where} that the policies forbid got through (${waysOf(dials)})`,
      };
    }),
    ...forbidTooMuch(all),
  ];
}

/** Whether what got through of these went to certain ports, between more than one pair, and what was denied to others, over the same protocols: each pair is dialled at few ports. */
export function areOfSomePorts(through: readonly Dialled[], asked: readonly Dialled[]): boolean {
  return new Set(through.map(pairOf)).size > 1 && areAtSomePorts(through, asked);
}

/** The same where a pair is dialled at each. */
export function areAtSomePorts(through: readonly Dialled[], asked: readonly Dialled[]): boolean {
  const got = new Set(through);
  // What is translated may be judged by another rule.
  const portOf = ({ to, port }: Dialled): string => `${to.via === null ? 'pod' : 'Service'} ${port}`;
  const ports = new Set(through.map(portOf));
  const protocols = new Set(through.map(({ protocol }) => protocol));
  const denied = asked.filter((dial) => !got.has(dial) && protocols.has(dial.protocol));
  return denied.length > 0 && denied.every((dial) => !ports.has(portOf(dial)));
}

/** What was not answered and is allowed. */
export function forbidTooMuch(all: readonly Judged[]): Violation[] {
  return byNode(all.flatMap(({ shutOut }) => shutOut)).map(({ node, where, dials }): Violation => ({
    kind: 'policy forbids too much',
    node,
    evidence: `${dials.length} dials ${where} that the policies allow were not answered (${waysOf(dials)})`,
  }));
}

/** What was answered before the policies, and is not when they are gone. */
export function stayInForce(shut: readonly Dialled[], { limitMs }: { limitMs: number }): Violation[] {
  return byNode(shut).map(({ node, where, dials }): Violation => ({
    kind: 'policy stays in force',
    node,
    evidence: `${dials.length} dials ${where} were answered before the policies, and are not ${limitMs / 1000} s after the last one was removed`,
  }));
}

/** Of the two ends the one at which fewer nodes are: a policy for ingress shows at the one, a policy for egress at the other. Where both have as many the `whole` decides. */
function byNode(
  dials: readonly Dialled[],
  { whole = [] }: { whole?: readonly Dialled[] } = {},
): { node: string; end: Way; where: string; dials: Dialled[] }[] {
  const isTie = !fewerNodesAt('out of', dials) && !fewerNodesAt('into', dials);
  const end = fewerNodesAt('out of', isTie ? whole : dials) ? 'out of' : 'into';
  const word = end === 'into' ? 'to' : 'from';
  return [...Map.groupBy(dials, nodeAt(end))].map(([node, some]) => ({
    node,
    end,
    where: `${word} pods on ${node}`,
    dials: some,
  }));
}

const waysShown = 3;

/** "pod-a on node-1 to pod-b, TCP 8080". */
export function waysOf(dials: readonly Dialled[]): string {
  const all = dials.map(
    ({ from, to, protocol, port }) =>
      `${from.name} on ${from.node} to ${to.responders[0]?.name ?? to.name}${to.via === null ? '' : ' through a Service'}, ${protocol} ${port}`,
  );
  const ways = [...new Set(all)];
  const more = ways.length - waysShown;
  return `${ways.slice(0, waysShown).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
