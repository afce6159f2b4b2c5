/** Dials through the ports of nodes. */
import type { Probe } from '../../cluster/model.ts';
import { isItself, type Destination } from '../../mesh/destination.ts';
import type { Exchanged } from '../../mesh/dialled.ts';
import { furtherServices, type Needed } from './further-services.ts';
import { dialLocalPolicies } from './local-policies.ts';
import { judgedOf, type Judged } from '../own-addresses/own-addresses.ts';
import { evenly } from '../../mesh/evenly.ts';

/** Nodes whose ports each probe dials besides its own node's, at most. */
const elsewhereAtMost = 6;

/** From every probe to its own node's ports and those of others, of each Service; a pod's dials to itself are left out. Throws what `createServices` throws. */
export async function throughNodePorts(session: Needed): Promise<Judged> {
  const { own } = await furtherServices(session);
  // Where nobody may answer that takes longer than all the rest: those dials wait meanwhile. They are judged later: a recheck is to be calm.
  const [exchanged] = await Promise.all([dialAll(session), dialLocalPolicies(session)]);
  return judgedOf(exchanged, own);
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

function dials(nodes: ReadonlySet<string> | undefined, { via }: Destination): boolean {
  return nodes?.has(via?.node ?? '') ?? false;
}

/** Its own node, and some of the others. */
function nodesFor({ node }: Probe, { nodes, from }: { nodes: readonly Probe[]; from: number }): Set<string> {
  const others = nodes.filter((other) => other.node !== node);
  return new Set([node, ...evenly(others, { most: elsewhereAtMost, from }).map((other) => other.node)]);
}
