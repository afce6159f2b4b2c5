import type { Probe } from '../cluster/model.ts';
import type { Dialled } from '../mesh/dialled.ts';
import type { NodeEvidence } from './node-evidence.ts';

type Failing = Pick<Dialled, 'from' | 'to' | 'address' | 'family' | 'record'>;

/** The most nodes that are asked, and those among them at which nothing failed, or least: they show what is usual. */
const nodesAtMost = 8;
const bystandersAtMost = 2;
/** In one request: of those at the ends of most failing dials. */
const addressesAtMost = 64;

/**
 * Asks the kernels of the nodes that failing dials begin or end at by which way they send to either end. One request to the host-network probe (`nodes`) of each;
 * whoever does not answer in time is left out. What goes through Services says nothing of a way.
 */
export async function askNodes(
  failing: readonly Failing[],
  { nodes, deadlineMs = 5_000 }: { nodes: readonly Probe[]; deadlineMs?: number },
): Promise<NodeEvidence[]> {
  const direct = failing.filter(({ to }) => to.via === null);
  if (direct.length === 0) return [];
  const all = mostFirst(direct.flatMap(addressesOf));
  const asked = chosenAmong(nodes, mostFirst(direct.flatMap(nodesOf)));
  const found = await Promise.all(
    asked.map(async ({ node, channel }): Promise<NodeEvidence[]> => {
      const own = mostFirst(direct.filter((dial) => nodesOf(dial).includes(node)).flatMap(addressesOf));
      const addresses = [...new Set([...own, ...all])].slice(0, addressesAtMost);
      const reply = await channel.request({ kind: 'routes', addresses }, { deadlineMs });
      return reply.whole ? reply.records.map(({ routes, rules }) => ({ node, routes, rules })) : [];
    }),
  );
  return found.flat();
}

/** Those with most failing dials first, then those with none, or with fewest. */
function chosenAmong(nodes: readonly Probe[], concerned: readonly string[]): Probe[] {
  const probeAt = new Map(nodes.map((probe) => [probe.node, probe]));
  const own = concerned.flatMap((node) => probeAt.get(node) ?? []);
  const most = own.slice(0, nodesAtMost - bystandersAtMost);
  const others = nodes.filter(({ node }) => !concerned.includes(node));
  const least = own.slice(most.length).toReversed();
  return [...most, ...[...others, ...least].slice(0, bystandersAtMost)];
}

function nodesOf({ from, to }: Failing): string[] {
  return [...new Set([from.node, ...to.responders.map(({ node }) => node)])];
}

/** A node may send from the address of a tunnel: its answers go there. */
function addressesOf({ from, address, family, record }: Failing): string[] {
  const source = from.kind === 'node' ? record?.local?.address : undefined;
  return [address, source ?? from.addresses[family]].filter((one) => one !== undefined);
}

/** Each once, the most frequent ones first. */
function mostFirst(names: readonly string[]): string[] {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].toSorted(([, one], [, other]) => other.length - one.length).map(([name]) => name);
}
