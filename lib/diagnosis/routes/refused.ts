import type { NodeEvidence, RoutingRule } from '../../evidence/node-evidence.ts';
import type { Edge } from '../../verdict/run.ts';
import type { Fold } from '../folding/explained.ts';
import { ipFor, onNode, type LikelyCause } from '../guesses/look-with.ts';
import { ownRules, ruleSentence, whoHas } from './rules.ts';
import {
  addressesOf,
  explainedAmong,
  have,
  inOrder,
  listed,
  placeWords,
  routesIn,
  waysBetween,
  waysOf,
  type End,
  type Routes,
  type Way,
} from './ways.ts';

/** What the kernel means by it. Any other error says nothing of the route. */
const refusals: Readonly<Record<string, string>> = {
  ENETUNREACH: 'the kernel finds none',
  EHOSTUNREACH: 'the one that the kernel finds says unreachable',
  EACCES: 'the one that the kernel finds says prohibited',
  EINVAL: 'the one that the kernel finds is a black hole',
};

/**
 * The kernel of a node refuses to send to one end, or the other, of each dial of a fold; and the rule that it has, and others have not. null: not so, or something passes
 * that it would refuse.
 */
export function refused(
  fold: Fold,
  { sound, evidence, failing }: { sound: readonly Edge[]; evidence: readonly NodeEvidence[]; failing: readonly Edge[] },
): LikelyCause | null {
  const routes = routesIn(evidence);
  const refusing = fold.edges.flatMap(waysOf).filter((way) => isRefused(way, routes));
  const all = [...new Set(refusing.map(({ node }) => node))];
  const alone = all.filter((node) => isEnough(fold.edges, [node], routes));
  const nodes = inOrder(alone.length > 0 ? alone : all);
  if (nodes.length === 0 || !isEnough(fold.edges, nodes, routes)) return null;
  if (sound.some((edge) => needsRefused(edge, { nodes, routes }))) return null;
  const isOurs = (way: Way): boolean => nodes.includes(way.node) && isRefused(way, routes);
  // Told alike in each fold of one fault, they become one cause.
  const together = failing
    .filter(({ to, family }) => to.via === undefined && fold.edges.some((edge) => edge.family === family))
    .flatMap(waysOf)
    .filter(isOurs)
    .map(({ to }) => to);
  return sentences(refusing.filter(isOurs), { fold, together, nodes, routes, evidence });
}

function isRefused({ node, to }: Way, routes: Routes): boolean {
  const error = routes(node, to.address)?.error ?? null;
  return error !== null && refusals[error] !== undefined;
}

/** It goes from one node to another, past what the kernel says: then that means nothing. */
function needsRefused(edge: Edge, { nodes, routes }: { nodes: readonly string[]; routes: Routes }): boolean {
  const ways = waysBetween(edge).filter(({ node, to }) => node !== to.node && nodes.includes(node));
  return ways.some((way) => isRefused(way, routes));
}

/** All dials of which it is known are refused by one of these nodes. */
function isEnough(edges: readonly Edge[], nodes: readonly string[], routes: Routes): boolean {
  const explained = explainedAmong(edges, (edge) => {
    const ways = waysOf(edge).filter(({ node }) => nodes.includes(node));
    if (ways.some((way) => isRefused(way, routes))) return true;
    return ways.every(({ node, to }) => routes(node, to.address) !== undefined) ? false : null;
  });
  return explained.length > 0;
}

function sentences(
  ways: readonly Way[],
  about: {
    fold: Fold;
    together: readonly End[];
    nodes: readonly string[];
    routes: Routes;
    evidence: readonly NodeEvidence[];
  },
): LikelyCause {
  const { fold, together, nodes, routes, evidence } = about;
  const addresses = addressesOf(ways.map(({ to }) => to));
  const error = ways.flatMap(({ node, to }) => routes(node, to.address)?.error ?? [])[0] ?? '';
  const families = new Set(fold.edges.map(({ family }) => family));
  const rules = ownRules(evidence, { nodes, error, families });
  const others = evidence.map(({ node }) => node).filter((node) => !nodes.includes(node));
  const kind = fold.pattern.family === null ? '' : `${fold.pattern.family} `;
  const told = [
    `${have(nodes)} no working ${kind}route to ${targetWords(together)}: ${refusals[error]} (${error})`,
    ...ruleSentence(rules, others),
  ];
  return {
    likelyCause: told.join('; '),
    lookWith: onNode(nodes[0] ?? 'NODE', commands({ fold, rules, target: addresses[0] ?? 'ADDRESS' })),
    evidence: [
      `by the kernel of ${listed(nodes)} (ip route get), there is no way to ${listed(addresses)}: ${error}`,
      ...whoHas(rules, { nodes, others }),
    ],
  };
}

function commands({ fold, rules, target }: { fold: Fold; rules: readonly RoutingRule[]; target: string }): string {
  const ip = ipFor(fold);
  const tables = rules.flatMap(({ table }) => (table === null ? [] : `${ip} route show table ${table}`));
  const look = rules.length === 0 ? [`${ip} route`] : [`${ip} rule`, ...tables.slice(0, 2)];
  return [...look, `${ip} route get ${target}`].join('; ');
}

/** "the pods of node-3 and 198.18.3.0, from which node-3 dials": what a node's own address is, is no matter of its tunnel's. */
function targetWords(ends: readonly End[]): string {
  const own = ends.filter(({ isAnother }) => isAnother !== true);
  const others = Map.groupBy(
    ends.filter(({ isAnother }) => isAnother === true),
    ({ node }) => node,
  );
  const dialsFrom = inOrder([...others.keys()]).map(
    (node) => `${listed(addressesOf(others.get(node) ?? []))}, from which ${node} dials`,
  );
  return [...(own.length === 0 ? [] : [placeWords(own)]), ...dialsFrom].join(' and ');
}
