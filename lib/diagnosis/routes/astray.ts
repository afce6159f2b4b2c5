import type { NodeEvidence } from '../../evidence/node-evidence.ts';
import type { Edge } from '../../verdict/run.ts';
import type { Fold } from '../folding/explained.ts';
import { ipFor, onNode, type LikelyCause } from '../guesses/look-with.ts';
import {
  addressesOf,
  explainedAmong,
  listed,
  placesOf,
  placeWords,
  routesIn,
  waysBetween,
  type Routes,
  type Way,
} from './ways.ts';

interface Around {
  sound: readonly Edge[];
  nodeOfAddress: (address: string) => string | null;
  evidence: readonly NodeEvidence[];
}

/** A node sends by a third one, which is at neither end. */
interface Detour {
  sender: string;
  third: string;
  gateway: string;
}

/**
 * All of a fold crosses a route by a third node in one direction, and does not in the other: the third sees half of each conversation.
 * null: not so, or others send by a third as well, or some of the same protocol pass by it.
 */
export function astray(fold: Fold, around: Around): LikelyCause | null {
  const routes = routesIn(around.evidence);
  for (const detour of detoursIn(fold.edges, { routes, around })) {
    const explained = explainedAmong(fold.edges, (edge) => isExplained(edge, detour, { routes, around }));
    if (explained.length === 0) continue;
    const ways = explained.flatMap(waysBetween).filter((way) => isBy(way, detour, routes));
    if (!isUsual(ways, detour, around) && !isPassed(detour, { edges: fold.edges, routes, around }))
      return sentences(ways, { fold, detour });
  }
  return null;
}

interface Known {
  routes: Routes;
  around: Around;
}

function detoursIn(edges: readonly Edge[], { routes, around }: Known): Detour[] {
  const found = new Map<string, Detour>();
  for (const way of edges.flatMap(waysBetween)) {
    const gateway = routes(way.node, way.to.address)?.gateway ?? null;
    const third = gateway === null ? null : around.nodeOfAddress(gateway);
    if (gateway === null || third === null || third === way.node || third === way.to.node) continue;
    found.set(`${way.node} ${gateway}`, { sender: way.node, third, gateway });
  }
  return [...found.values()];
}

function isBy({ node, to }: Way, { sender, third, gateway }: Detour, routes: Routes): boolean {
  return node === sender && ![sender, third].includes(to.node) && routes(node, to.address)?.gateway === gateway;
}

function isExplained(edge: Edge, detour: Detour, { routes, around }: Known): boolean | null {
  const way = waysBetween(edge).find(({ node, to }) => node === detour.sender && to.node !== node);
  if (way === undefined) return false;
  const there = routes(way.node, way.to.address);
  const back = routes(way.to.node, way.from.address);
  if (there === undefined || back === undefined) return null;
  if (!isBy(way, detour, routes)) return false;
  const returns = back.gateway === null ? null : around.nodeOfAddress(back.gateway);
  return back.error === null && returns !== detour.third;
}

/** Others of the same protocol and family go by the third in the same direction, as requests or as answers, and pass. */
function isPassed(detour: Detour, { edges, routes, around: { sound } }: Known & { edges: readonly Edge[] }): boolean {
  const legsOf = (edge: Edge): string[] =>
    waysBetween(edge).flatMap((way, n) => (isBy(way, detour, routes) ? [`${edge.protocol} ${edge.family} ${n}`] : []));
  const failing = new Set(edges.flatMap(legsOf));
  return sound.some((edge) => legsOf(edge).some((leg) => failing.has(leg)));
}

/** Other nodes reach the same ones by a third, too: so it is meant to be. */
function isUsual(ways: readonly Way[], { sender, third }: Detour, { nodeOfAddress, evidence }: Around): boolean {
  const targets = new Map(ways.map(({ to }) => [to.address, to.node]));
  return evidence.some(({ node, routes }) =>
    routes.some(({ address, gateway }) => {
      const target = targets.get(address);
      if (target === undefined || [sender, third, target].includes(node)) return false;
      const by = gateway === null ? null : nodeOfAddress(gateway);
      return by !== null && by !== node && by !== target;
    }),
  );
}

function sentences(
  ways: readonly Way[],
  { fold, detour: { sender, third, gateway } }: { fold: Fold; detour: Detour },
): LikelyCause {
  const ends = ways.map(({ to }) => to);
  const addresses = addressesOf(ends);
  const back = addressesOf(ways.map(({ from }) => from));
  const ip = ipFor(fold);
  return {
    likelyCause: `${sender} sends what is for ${placeWords(ends)} by ${third} (${gateway}): ${third} sees only one direction of each connection, and drops what its connection tracking takes for invalid, or does not forward it at all`,
    lookWith: onNode(sender, `${ip} route get ${addresses[0] ?? gateway}; ${ip} rule; ${ip} route`),
    evidence: [
      `by the kernel of ${sender} (ip route get), the way to ${listed(addresses)} is by ${gateway}, which is ${third}`,
      `by the kernel of ${listed(placesOf(ends).nodes)}, the way back to ${listed(back)} is not by ${third}`,
    ],
  };
}
