/** Many new connections at once through Services: what strikes only then (source ports that collide, a limit, a full table). */
import type { Probe } from '../cluster/model.ts';
import type { Destination } from '../mesh/destination.ts';
import type { Exchanged } from '../mesh/dialled.ts';
import { atOnce } from '../mesh/times.ts';
import type { Session } from '../verdict/session.ts';
import { throughClusterIPs } from './cluster-ips.ts';
import { evenly } from './who-dials.ts';

/** Connections of each kind of path: pods or nodes dial, a Service with a pod of their own node or of another. */
const ofEachKind = 100;
/** Spread over so many nodes at most; more connections at once of one node tell more than a few of many nodes. */
const nodesAtMost = 10;

type Needed = Parameters<typeof throughClusterIPs>[0];

/** Opens a hundred connections of each kind of path, all dials at once. Throws what `throughClusterIPs` throws. */
export async function manyAtOnce(session: Needed & Pick<Session, 'exchange'>): Promise<Exchanged> {
  const { pods, nodes, exchange } = session;
  const { single } = await throughClusterIPs(session);
  const clients = [pods, nodes].flatMap((probes) => firstOfNodes(probes, nodesAtMost));
  const byNode = [...Map.groupBy(single, ({ node }) => node).values()];
  const chosen = new Map(clients.map((client) => [client, new Set(targetsOf(client, byNode))]));
  const each = Math.ceil(ofEachKind / Math.min(nodesAtMost, byNode.length));
  return exchange({
    from: clients,
    to: single,
    pairs: (from, to) => chosen.get(from)?.has(to) ?? false,
    protocols: ['TCP'],
    times: atOnce(each),
  });
}

/** One Service of its own node and one of the next. */
function targetsOf(client: Probe, byNode: readonly Destination[][]): Destination[] {
  const others = (all: readonly Destination[] = []): Destination[] =>
    all.filter(({ mayAnswer }) => !mayAnswer.has(client.uid)).slice(-1);
  const at = byNode.findIndex(([first]) => first?.node === client.node);
  const next = byNode[(at + 1) % byNode.length];
  return [...others(byNode[at]), ...(next === byNode[at] ? [] : others(next))];
}

/** The first probe of each node, of very many nodes an even share. */
function firstOfNodes(probes: readonly Probe[], most: number): Probe[] {
  const firsts = [...Map.groupBy(probes, ({ node }) => node).values()].flatMap((all) => all.slice(0, 1));
  return evenly(firsts, { most });
}
