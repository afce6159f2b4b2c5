import type { NodeEvidence } from '../../evidence/node-evidence.ts';
import type { Edge } from '../../verdict/run.ts';
import type { Fold } from '../folding/explained.ts';
import { ipFor, onNode, type LikelyCause } from '../guesses/look-with.ts';
import {
  addressesOf,
  explainedAmong,
  listed,
  placeWords,
  routesIn,
  waysBetween,
  type Routes,
  type Way,
} from './ways.ts';

/** A node takes the pods of another for neighbours on a link of its own. */
interface Link {
  node: string;
  device: string;
}

interface Known {
  sound: readonly Edge[];
  evidence: readonly NodeEvidence[];
}

/**
 * All of a fold needs a way on which a node sends straight out of one of its interfaces, without a next hop, where the way back, or that of other nodes, is by one. So it is
 * where a bridge on the node has a subnet that overlaps the pods' range. null: not so, or something passes that way, as it does where all nodes are on one link.
 */
export function onLink(fold: Fold, { sound, evidence }: Known): LikelyCause | null {
  const routes = routesIn(evidence);
  for (const link of linksIn(fold.edges, routes)) {
    const isBy = (way: Way): boolean => isOn(way, link, routes);
    const explained = explainedAmong(fold.edges, (edge) => isExplained(edge, link, routes));
    const ways = explained.flatMap(waysBetween).filter(isBy);
    const passes = sound.flatMap(waysBetween).some(isBy);
    const others = ways.length === 0 || passes ? null : otherwise(ways, { link, evidence, routes });
    if (others !== null) return sentences(ways, { fold, link, others });
  }
  return null;
}

function linksIn(edges: readonly Edge[], routes: Routes): Link[] {
  const found = new Map<string, Link>();
  for (const { node, to } of edges.flatMap(waysBetween)) {
    const device = routes(node, to.address)?.device ?? null;
    const link = device === null ? null : { node, device };
    if (link !== null && isOn({ node, to, from: to }, link, routes)) found.set(`${node} ${device}`, link);
  }
  return [...found.values()];
}

/** To a pod of another node. What a node takes for its own has a table of the kernel's. */
function isOn({ node, to }: Way, link: Link, routes: Routes): boolean {
  const route = routes(node, to.address);
  return (
    node === link.node &&
    to.node !== node &&
    to.probe !== 'node' &&
    route !== undefined &&
    route.error === null &&
    route.gateway === null &&
    route.table !== localTable &&
    route.device === link.device
  );
}

const localTable = 255;

function isExplained(edge: Edge, link: Link, routes: Routes): boolean | null {
  const ways = waysBetween(edge).filter(({ node }) => node === link.node);
  if (ways.some((way) => isOn(way, link, routes))) return true;
  return ways.every(({ node, to }) => routes(node, to.address) !== undefined) ? false : null;
}

/**
 * Who sends to the same addresses by a next hop, and by which; else how the way back is. null: the way back is on a link, too, as between nodes of one subnet
 * where others are in another; or others send on a link as well.
 */
function otherwise(
  ways: readonly Way[],
  { link, evidence, routes }: { link: Link; evidence: readonly NodeEvidence[]; routes: Routes },
): string | null {
  const owners = new Map(ways.map(({ to }) => [to.address, to.node]));
  const others = evidence
    .filter(({ node }) => node !== link.node)
    .flatMap(({ node, routes: known }) =>
      known
        .filter(({ address, error }) => error === null && owners.has(address) && owners.get(address) !== node)
        .map((route) => ({ node, route })),
    );
  if (others.some(({ route }) => route.gateway === null)) return null;
  const back = ways
    .filter(({ from }) => from.probe !== 'node')
    .flatMap(({ to, from }) => ({ node: to.node, gateway: routes(to.node, from.address)?.gateway ?? null }))
    .find(({ gateway }) => gateway !== null);
  if (back === undefined) return null;
  const [other] = others;
  return other === undefined
    ? `by that of ${back.node}, the way back is by ${back.gateway}`
    : `by that of ${other.node}, it is by ${other.route.gateway}`;
}

function sentences(
  ways: readonly Way[],
  { fold, link: { node, device }, others }: { fold: Fold; link: Link; others: string },
): LikelyCause {
  const ends = ways.map(({ to }) => to);
  const addresses = addressesOf(ends);
  const ip = ipFor(fold);
  return {
    likelyCause: `${node} takes ${placeWords(ends)} for neighbours on its interface ${device}, and sends what is for them there: the subnet of that interface overlaps the range of pods (a bridge of Docker or of virtual machines, a VPN), or a route leads there`,
    lookWith: onNode(node, `${ip} route get ${addresses[0] ?? 'ADDRESS'}; ${ip} -br address; ${ip} route`),
    evidence: [
      `by the kernel of ${node} (ip route get), the way to ${listed(addresses)} is straight out of ${device}; ${others}`,
    ],
  };
}
