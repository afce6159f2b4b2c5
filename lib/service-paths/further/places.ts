/** Which pods are behind Services of further kinds, and which nodes take part: all of a small cluster, an even share of a large one. */
import type { Probe } from '../../cluster/model.ts';
import type { Session } from '../../verdict/session.ts';
import { evenly } from '../../mesh/evenly.ts';

export interface Places {
  /** Probes of the nodes that take part and are behind none of the Services with several pods: they dial. */
  clients: Probe[];
  /** Each has a Service with NodePorts of its own. */
  singles: Probe[];
  /** A pod of each node but one, which must get no answer by `Local` policies. */
  behind: Probe[];
  /** Of each node; of the only one, both. */
  affine: Probe[];
  moving: { one: Probe; other: Probe };
  /** So few that a DNS answer with all of them takes no more than 512 bytes. */
  named: Probe[];
}

/** Nodes that take part. */
const nodesAtMost = 20;
/** A Service of type NodePort takes two of 2,768 ports. */
const singlesAtMost = 3;
const namedAtMost = 10;

/** Throws an Error where there are not two pods. */
export function placesFor({ pods, nodes }: Pick<Session, 'pods' | 'nodes'>): Places {
  const byNode = evenly([...Map.groupBy(pods, ({ node }) => node).values()], { most: nodesAtMost });
  const lasts = byNode.flatMap((all) => all.slice(-1));
  const isAlone = byNode.length === 1;
  const [one, other] = isAlone ? pods.toReversed() : lasts;
  if (one === undefined || other === undefined) throw new Error('there are not two pods to stand behind Services');
  const taking = new Set(lasts.map(({ node }) => node));
  const isBehind = new Set(isAlone ? pods : lasts);
  return {
    clients: [...pods, ...nodes].filter((probe) => taking.has(probe.node) && !isBehind.has(probe)),
    singles: evenly(lasts, { most: singlesAtMost }),
    behind: isAlone ? lasts : lasts.slice(0, -1),
    affine: isAlone ? [...pods] : lasts,
    moving: { one, other },
    named: evenly(lasts, { most: namedAtMost }),
  };
}
