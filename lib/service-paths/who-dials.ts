/** Which pods get Services, and who dials them: all with all on small clusters, an even share on large ones. */
import type { Probe } from '../cluster/model.ts';
import type { Destination } from '../mesh/destination.ts';
import { evenly } from '../mesh/evenly.ts';
import type { PairRule } from '../mesh/pairs.ts';

/** Up to so many pods each has a Service; of more, one on each node. Each Service is a request, and every node's proxy has to learn it. */
const ownAtMost = 100;
/** Pods behind the one Service at most: where its dials fail, each of them is asked what arrived. */
const togetherAtMost = 50;
/** Services with a pod on another node that each probe dials, at most: 4 nodes have no more. */
const elsewhereAtMost = 6;
/** The same of those with a pod on the host network: 3 nodes have no more. */
const hostsElsewhereAtMost = 2;

/** `own`: pods that get a Service of their own. `together`: one of each node, behind one Service. */
export function chooseBackends(pods: readonly Probe[]): { own: Probe[]; together: Probe[] } {
  const ofEachNode = [...Map.groupBy(pods, ({ node }) => node).values()].flatMap((all) => all.slice(-1));
  return {
    own: pods.length > ownAtMost ? ofEachNode : [...pods],
    together: evenly(ofEachNode, { most: togetherAtMost }),
  };
}

/**
 * Each probe dials the Services with a pod of its own node (a pod itself through its own), an even share of the others, and the one with
 * all pods unless it is behind that: who answers would be chance. Likewise those with a pod on the host network.
 */
export function dialledBy(
  clients: readonly Probe[],
  {
    single,
    shared,
    hosts = [],
  }: { single: readonly Destination[]; shared: Destination; hosts?: readonly Destination[] },
): PairRule {
  const chosen = new Map(
    clients.map((client, n) => {
      const all = shared.mayAnswer.has(client.uid) ? [] : [shared];
      const some = [
        ...nearAndFar(client, single, { most: elsewhereAtMost, from: n }),
        ...nearAndFar(client, hosts, { most: hostsElsewhereAtMost, from: n }),
      ];
      return [client.uid, new Set([...some, ...all])] as const;
    }),
  );
  return (from, to) => chosen.get(from.uid)?.has(to) ?? false;
}

/** Those of its own node, and some of the others. */
function nearAndFar(
  client: Probe,
  single: readonly Destination[],
  some: { most: number; from: number },
): Destination[] {
  const { near = [], far = [] } = Object.groupBy(single, ({ node }) => (node === client.node ? 'near' : 'far'));
  return [...near, ...evenly(far, some)];
}

/** The first pod of each node, and each node itself; of very many nodes an even share. */
export function firstOfNodes(
  { pods, nodes }: { pods: readonly Probe[]; nodes: readonly Probe[] },
  { most }: { most: number },
): Probe[] {
  return [pods, nodes].flatMap((probes) => {
    const firsts = [...Map.groupBy(probes, ({ node }) => node).values()].flatMap((all) => all.slice(0, 1));
    return evenly(firsts, { most });
  });
}

/** Each of these with one Service of its own node and one of the next, whose pod it is not. */
export function ownAndNext(clients: readonly Probe[], single: readonly Destination[]): PairRule {
  const byNode = [...Map.groupBy(single, ({ node }) => node).values()];
  const chosen = new Map(clients.map((client) => [client.uid, new Set(targetsOf(client, byNode))]));
  return (from, to) => chosen.get(from.uid)?.has(to) ?? false;
}

function targetsOf(client: Probe, byNode: readonly Destination[][]): Destination[] {
  const others = (all: readonly Destination[] = []): Destination[] =>
    all.filter(({ mayAnswer }) => !mayAnswer.has(client.uid)).slice(-1);
  const at = byNode.findIndex(([first]) => first?.node === client.node);
  const next = byNode[(at + 1) % byNode.length];
  return [...others(byNode[at]), ...(next === byNode[at] ? [] : others(next))];
}

/** Whether it has an address of the family of that one. */
export function speaks({ addresses }: Pick<Probe, 'addresses'>, address: string): boolean {
  return addresses[address.includes(':') ? 'IPv6' : 'IPv4'] !== undefined;
}
