import type { Probe } from '../cluster/model.ts';
import { isItself, type Destination } from '../mesh/destination.ts';
import type { Dialled } from '../mesh/dialled.ts';
import { evenly } from '../mesh/evenly.ts';
import { endsOf, pairOf } from '../mesh/pairs.ts';
import type { ExchangePlan } from '../mesh/plan.ts';
import { pairAtPort, portsThrough, sharedOut, sharedWithLater } from './ports.ts';

export type Plan = Omit<ExchangePlan, 'families' | 'under'>;

export interface Ways {
  pods: readonly Probe[];
  /** Pods of another namespace; they do not dial each other. */
  guests: readonly Probe[];
  nodes: readonly Probe[];
  /** With one of the pods behind each; `leftOut`: pairs with them that are not dialled, see `pairOf`, or not at one port, see `pairAtPort`. */
  services: readonly Destination[];
  leftOut: ReadonlySet<string>;
  /** Further ports of each pod, by uid. */
  other: ReadonlyMap<string, readonly number[]>;
  /** Where the even share of more than ten nodes begins: different in each run, so that no two nodes are left out for good. */
  turn: number;
}

/** Pods dial those of their own node and of so many others: of up to ten nodes each is tried from every other one, of more from an even share. */
const othersAtMost = 9;
/** Those of their own node and of the first so many they dial at another port as well, those of the others at the one where every pod listens: denials are waited for, and ports are told apart as well by fewer. */
const othersAtOtherPorts = 2;

/**
 * Dials of all pods to those of their own node and of others, of each node to its own pods, and of one pod of each node through Services: as
 * many as there are nodes, times a constant. It is the client's node that translates, so that few of the others tell as much.
 */
export function planOf({ pods, guests, nodes, services, leftOut, other, turn }: Ways): Plan {
  const placeOf = amongOthers(pods, { turn });
  const strangers = new Set(guests.map(({ uid }) => uid));
  const isNear = (from: Probe, to: Destination): boolean => (placeOf(from, to) ?? Infinity) <= othersAtOtherPorts;
  const otherPorts = sharedOut([...pods, ...guests], { turn });
  return {
    from: [...pods, ...guests, ...nodes],
    to: [...pods, ...guests, ...services],
    pairs: (from, to) => {
      if (to.via !== null) {
        // It may send least, and the other one of its node is the one that is closed.
        const isClient = from.name === 'pod-a' && !isItself(from, to) && isNear(from, to);
        return isClient && !leftOut.has(pairOf({ from, to }));
      }
      if (from.kind === 'node') return from.node === to.node;
      return from.uid !== to.id && placeOf(from, to) !== null && !(strangers.has(from.uid) && strangers.has(to.id));
    },
    ports: ({ from, to }) => {
      const usual = usualPorts(to);
      if (to.via !== null)
        return [
          ...usual,
          ...portsThrough({ from, to, all: other.get(to.responders[0]?.uid ?? '') ?? [] }).filter(
            (port) => !leftOut.has(pairAtPort({ from, to, port })),
          ),
        ];
      if (from.kind !== 'pod' || !isNear(from, to)) return usual;
      return [...usual, ...otherPorts({ from, to, place: placeOf(from, to) ?? 0, all: other.get(to.id) ?? [] })];
    },
  };
}

/** Dials from and to pods that came later, likewise, also at other ports as far as they are known to have any. */
export function planWithNewcomers({ pods, nodes, other, turn }: Ways, newcomers: readonly Probe[]): Plan {
  const placeOf = amongOthers(pods, { turn });
  const came = new Set(newcomers.map(({ uid }) => uid));
  const otherPorts = sharedWithLater(pods, { later: came, turn });
  return {
    from: [...pods, ...newcomers, ...nodes],
    to: [...pods, ...newcomers],
    pairs: (from, to) => {
      if (from.uid === to.id || !(came.has(from.uid) || came.has(to.id))) return false;
      return from.kind === 'node' ? from.node === to.node : placeOf(from, to) !== null;
    },
    ports: ({ from, to }) => {
      const usual = usualPorts(to);
      const place = placeOf(from, to) ?? Infinity;
      if (from.kind !== 'pod' || place > othersAtOtherPorts) return usual;
      return [...usual, ...otherPorts({ from, to, place, all: other.get(to.id) ?? [] })];
    },
  };
}

/** Where every pod, or a Service, is dialled anyway. */
function usualPorts({ ports }: Destination): number[] {
  return ports.TCP === undefined ? [] : [ports.TCP];
}

/** The same dials once more, and those of the other protocol and family with them. */
export function planAgain(dials: readonly Dialled[]): Plan {
  const ports = new Map<string, Set<number>>();
  for (const { from, to, port } of dials) {
    const known = ports.get(pairOf({ from, to })) ?? new Set();
    ports.set(pairOf({ from, to }), known.add(port));
  }
  return {
    ...endsOf(dials),
    ports: ({ from, to }) => [...(ports.get(pairOf({ from, to })) ?? [])],
  };
}

/** Which of the nodes that a pod dials is that of another: its own is 0, then 1 and so on; null: none of them. Each node dials as many others as dial it. */
function amongOthers(
  pods: readonly Probe[],
  { turn }: Pick<Ways, 'turn'>,
): (from: Probe, to: Destination) => number | null {
  const nodes = [...new Set(pods.map(({ node }) => node))];
  const at = new Map(nodes.map((node, n) => [node, n]));
  const others = Array.from({ length: Math.max(0, nodes.length - 1) }, (_, n) => n + 1);
  const places = new Map([0, ...evenly(others, { most: othersAtMost, from: turn })].map((ahead, n) => [ahead, n]));
  return (from, to) => {
    const ahead = (at.get(to.node ?? '') ?? 0) - (at.get(from.node) ?? 0);
    return places.get((ahead + nodes.length) % nodes.length) ?? null;
  };
}
