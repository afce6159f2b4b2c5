/** Many new connections at once through Services: what strikes only then (source ports that collide, a limit, a full table). */
import type { Exchanged } from '../mesh/dialled.ts';
import { atOnce } from '../mesh/times.ts';
import type { Session } from '../verdict/session.ts';
import { throughClusterIPs } from './cluster-ips.ts';
import { firstOfNodes, ownAndNext } from './who-dials.ts';

/** Connections of each kind of path: pods or nodes dial, a Service with a pod of their own node or of another. */
const ofEachKind = 100;
/** Spread over so many nodes at most; more connections at once of one node tell more than a few of many nodes. */
const nodesAtMost = 10;

type Needed = Parameters<typeof throughClusterIPs>[0];

/** Opens a hundred connections of each kind of path, all dials at once. Throws what `throughClusterIPs` throws. */
export async function manyAtOnce(session: Needed & Pick<Session, 'exchange'>): Promise<Exchanged> {
  const { pods, nodes, exchange } = session;
  const { single } = await throughClusterIPs(session);
  const clients = firstOfNodes({ pods, nodes }, { most: nodesAtMost });
  const each = Math.ceil(ofEachKind / Math.min(nodesAtMost, new Set(single.map(({ node }) => node)).size));
  return exchange({
    from: clients,
    to: single,
    pairs: ownAndNext(clients, single),
    protocols: ['TCP'],
    times: atOnce(each),
  });
}
