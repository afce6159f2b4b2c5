import type { Probe } from '../cluster/model.ts';
import type { Dialled } from '../mesh/dialled.ts';
import { endsOf, pairOf, type PairRule } from '../mesh/pairs.ts';
import type { ExchangePlan } from '../mesh/plan.ts';

export type Plan = Omit<ExchangePlan, 'families' | 'under'>;

export interface Ways {
  pods: readonly Probe[];
  /** Pods of another namespace; they do not dial each other. */
  guests: readonly Probe[];
  nodes: readonly Probe[];
  /** The second port of each pod, by uid. */
  other: ReadonlyMap<string, readonly number[]>;
}

/** Pods dial those of their own node and of so many more, in the order of the nodes: on three nodes everybody. */
const nodesAhead = 2;

/** Dials of all pods to pods near them, and of each node to its own pods: as many as there are nodes, times a constant. */
export function planOf({ pods, guests, nodes, other }: Ways): Plan {
  const near = nearestTo(pods);
  const strangers = new Set(guests.map(({ uid }) => uid));
  return {
    from: [...pods, ...guests, ...nodes],
    to: [...pods, ...guests],
    pairs: (from, to) => {
      if (from.kind === 'node') return from.node === to.node;
      return from.uid !== to.id && near(from, to) && !(strangers.has(from.uid) && strangers.has(to.id));
    },
    ports: ({ from, to }) => {
      const usual = to.ports.TCP === undefined ? [] : [to.ports.TCP];
      return from.kind === 'node' ? usual : [...usual, ...(other.get(to.id) ?? [])];
    },
  };
}

/** Dials from and to pods that came later, likewise, to the port where they listen anyway. */
export function planWithNewcomers({ pods, nodes }: Ways, newcomers: readonly Probe[]): Plan {
  const near = nearestTo(pods);
  const came = new Set(newcomers.map(({ uid }) => uid));
  return {
    from: [...pods, ...newcomers, ...nodes],
    to: [...pods, ...newcomers],
    pairs: (from, to) => {
      if (from.uid === to.id || !(came.has(from.uid) || came.has(to.id))) return false;
      return from.kind === 'node' ? from.node === to.node : near(from, to);
    },
  };
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

function nearestTo(pods: readonly Probe[]): PairRule {
  const nodes = [...new Set(pods.map(({ node }) => node))];
  const at = new Map(nodes.map((node, n) => [node, n]));
  return (from, to) => {
    const ahead = (at.get(to.node ?? '') ?? 0) - (at.get(from.node) ?? 0);
    return (ahead + nodes.length) % nodes.length <= nodesAhead;
  };
}
