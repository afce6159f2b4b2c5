import type { Probe } from '../cluster/model.ts';
import type { Dialled } from '../mesh/dialled.ts';
import { endsOf, pairOf, type PairRule } from '../mesh/pairs.ts';
import type { ExchangePlan } from '../mesh/plan.ts';

type Plan = Omit<ExchangePlan, 'families' | 'under'>;

export interface Ways {
  pods: readonly Probe[];
  nodes: readonly Probe[];
  /** The second port of each pod, by uid. */
  other: ReadonlyMap<string, readonly number[]>;
}

/** Pods dial those of their own node and of so many more, in the order of the nodes: on three nodes everybody. */
const nodesAhead = 2;

/** Dials of all pods to pods near them, and of each node to its own pods: as many as there are nodes, times a constant. */
export function planOf({ pods, nodes, other }: Ways): Plan {
  const near = nearest([...new Set(pods.map(({ node }) => node))]);
  return {
    from: [...pods, ...nodes],
    to: [...pods],
    pairs: (from, to) => (from.kind === 'node' ? from.node === to.node : from.uid !== to.id && near(from, to)),
    ports: ({ from, to }) => {
      const usual = to.ports.TCP === undefined ? [] : [to.ports.TCP];
      return from.kind === 'node' ? usual : [...usual, ...(other.get(to.id) ?? [])];
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

function nearest(nodes: readonly string[]): PairRule {
  const at = new Map(nodes.map((node, n) => [node, n]));
  return (from, to) => {
    const ahead = (at.get(to.node ?? '') ?? 0) - (at.get(from.node) ?? 0);
    return (ahead + nodes.length) % nodes.length <= nodesAhead;
  };
}
