/** Dials through the ports of nodes. */
import type { Probe } from '../../cluster/model.ts';
import { isItself, type Destination } from '../../mesh/destination.ts';
import type { Exchanged } from '../../mesh/dialled.ts';
import type { PairRule } from '../../mesh/pairs.ts';
import { furtherServices, type Needed } from './further-services.ts';
import { dialLocalPolicies } from './local-policies.ts';
import { judgedOf, type Judged } from '../own-addresses/own-addresses.ts';
import { evenly } from '../../mesh/evenly.ts';
import { sendingAtMost, sendLarge } from '../large.ts';
import { firstOfNodes } from '../who-dials.ts';

/** Nodes whose ports each probe dials besides its own node's, at most. */
const elsewhereAtMost = 6;

/** Of few bytes; and as much as packets may contain. */
export interface ThroughNodePorts extends Judged {
  large: Judged;
}

/** From every probe to its own node's ports and those of others, of each Service; a pod's dials to itself are left out. Throws what `createServices` throws. */
export async function throughNodePorts(session: Needed): Promise<ThroughNodePorts> {
  const { own } = await furtherServices(session);
  // Where nobody may answer that takes longer than all the rest: those dials wait meanwhile. They are judged later: a recheck is to be calm.
  const [exchanged] = await Promise.all([dialAll(session), dialLocalPolicies(session)]);
  const small = await judgedOf(exchanged, own);
  return { ...small, large: await judgedOf(await dialLarge(session, exchanged), own) };
}

async function dialAll(session: Needed): Promise<Exchanged> {
  const { pods, nodes, exchange } = session;
  const { nodePorts, own, refused } = await furtherServices(session);
  const clients = [...pods, ...nodes];
  const chosen = new Map(clients.map((client, n) => [client, nodesFor(client, { nodes, from: n })]));
  const exchanged = await exchange({
    from: clients,
    to: nodePorts,
    pairs: (from, to) => !isItself(from, to) && dials(chosen.get(from), to) && own.worksAtAll(from, to),
  });
  return refused === null ? exchanged : { ...exchanged, nothingToDial: refused };
}

/** From a pod of each node through one port of the same node and one of the next, and from the node itself through its own. */
async function dialLarge(session: Needed, small: Exchanged): Promise<Exchanged> {
  const { nodePorts, own, refused } = await furtherServices(session);
  const from = firstOfNodes(session, { most: sendingAtMost });
  const chosen = new Map(
    from.map((client, n) => [client, portsFor(client, { nodePorts, nodes: session.nodes, turn: n })]),
  );
  const pairs: PairRule = (client, to) => chosen.get(client)?.has(to) === true && own.worksAtAll(client, to);
  const exchanged = await sendLarge({ from, to: nodePorts, pairs }, { small, session });
  return refused === null ? exchanged : { ...exchanged, nothingToDial: refused };
}

function dials(nodes: ReadonlySet<string> | undefined, { via }: Destination): boolean {
  return nodes?.has(via?.node ?? '') ?? false;
}

/**
 * One port of its own node and one of the next: of one that another client's dials pass as well, it is known which end loses them. A node sends
 * nothing large to another node's NodePorts: what forwards it into a tunnel answers "packet too big", and for ten minutes the sender's kernel takes
 * that for the path to the node, tunnel included. Seen on flannel (VXLAN over IPv6): 1,430, 1,360, then 1,290 bytes, of which 1,220 are left in the tunnel.
 */
function portsFor(
  client: Probe,
  { nodePorts, nodes, turn }: { nodePorts: readonly Destination[]; nodes: readonly Probe[]; turn: number },
): ReadonlySet<Destination | undefined> {
  const own = nodes.findIndex(({ node }) => node === client.node);
  const taking = [nodes[own], ...(client.kind === 'pod' ? [nodes[(own + 1) % nodes.length]] : [])];
  return new Set(taking.map((at) => portOf(at?.node, { client, nodePorts, turn })));
}

/** What leads to a pod on neither of the two nodes, else at least to one elsewhere than at that port; never to the client itself. Of several pods, each in its turn. */
function portOf(
  node: string | undefined,
  { client, nodePorts, turn }: { client: Probe; nodePorts: readonly Destination[]; turn: number },
): Destination | undefined {
  const there = nodePorts.filter((to) => to.via?.node === node && !isItself(client, to));
  const elsewhere = there.filter((to) => to.node !== node);
  const best =
    [elsewhere.filter((to) => to.node !== client.node), elsewhere, there].find(({ length }) => length > 0) ?? [];
  return best[turn % best.length];
}

/** Its own node, and some of the others. */
function nodesFor({ node }: Probe, { nodes, from }: { nodes: readonly Probe[]; from: number }): Set<string> {
  const others = nodes.filter((other) => other.node !== node);
  return new Set([node, ...evenly(others, { most: elsewhereAtMost, from }).map((other) => other.node)]);
}
