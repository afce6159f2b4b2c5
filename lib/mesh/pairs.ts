import type { Probe } from '../cluster/model.ts';
import type { Family, Protocol } from '../conversations/basics.ts';
import { isItself, type Destination } from './destination.ts';

/** Whether an exchange dials from a probe to a destination. */
export type PairRule = (from: Probe, to: Destination) => boolean;

/** Every ordered pair of probes on different nodes; a Service unless its pods are all on the dialling node. */
export const acrossNodes: PairRule = (from, to) => from.node !== to.node;

/** Every ordered pair of different probes on one node. */
export const onSameNode: PairRule = (from, to) => from.node === to.node && !isItself(from, to);

/** Every ordered pair of different probes; a Service unless the dialling pod is its only one. */
export const everyPair: PairRule = (from, to) => !isItself(from, to);

/** Each probe and itself, also through a Service. */
export const itself: PairRule = isItself;

/** One pod of each node and the node itself with those of every other node, and on each node that pod with another one and with the node. */
export function firstOfEachNode(probes: readonly Probe[]): PairRule {
  const pods = Map.groupBy(
    probes.filter(({ kind }) => kind === 'pod'),
    ({ node }) => node,
  );
  const firsts = new Set([...pods.values()].flatMap(([first]) => first?.uid ?? []));
  const others = new Set([...pods.values()].flatMap(([, second]) => second?.uid ?? []));
  const nodes = new Set(probes.filter(({ kind }) => kind === 'node').map(({ uid }) => uid));
  return (from, to) => {
    if (from.node !== to.node)
      return (firsts.has(from.uid) || nodes.has(from.uid)) && (firsts.has(to.id) || nodes.has(to.id));
    return firsts.has(from.uid) && (others.has(to.id) || nodes.has(to.id));
  };
}

/** One pod of each node with one of the next node and with the other one of its own, and each node with the next: as many pairs as probes, or fewer. */
export function ringOf(probes: readonly Probe[]): PairRule {
  const nexts = new Map<string, string>();
  const others = new Map<string, string>();
  for (const kind of ['pod', 'node'] as const) {
    const byNode = [
      ...Map.groupBy(
        probes.filter((one) => one.kind === kind),
        ({ node }) => node,
      ).values(),
    ];
    for (const [n, [first, other]] of byNode.entries()) {
      const next = byNode[(n + 1) % byNode.length]?.[0];
      if (first === undefined) continue;
      if (next !== undefined && next !== first) nexts.set(first.uid, next.uid);
      if (other !== undefined) others.set(first.uid, other.uid);
    }
  }
  return (from, to) => nexts.get(from.uid) === to.id || others.get(from.uid) === to.id;
}

/** Every ordered pair of different probes with one of these at either end. */
export function involving(probes: readonly Probe[]): PairRule {
  const chosen = new Set(probes);
  return (from, to) => !isItself(from, to) && (chosen.has(from) || to.responders.some((one) => chosen.has(one)));
}

/** Identifies the ordered pair of a dial: the dialling probe and its destination. */
export function pairOf({ from, to }: { from: Pick<Probe, 'uid'>; to: Pick<Destination, 'id'> }): string {
  return `${from.uid} ${to.id}`;
}

/** Identifies what dials of one pair, protocol and family have in common. */
export function pathOf({
  protocol,
  family,
  ...pair
}: Parameters<typeof pairOf>[0] & { protocol: Protocol; family: Family }): string {
  return `${pairOf(pair)} ${protocol} ${family}`;
}

/** Who dials, and where. */
export interface Ends {
  from: Probe;
  to: Destination;
}

/** The pairs of these dials, and no others. */
export function pairsOf(dials: readonly Ends[]): PairRule {
  const pairs = new Set(dials.map(pairOf));
  return (from, to) => pairs.has(pairOf({ from, to }));
}

/** Whom these dials are between: the part of an exchange's plan that names the same pairs. */
export function endsOf(dials: readonly Ends[]): { from: Probe[]; to: Destination[]; pairs: PairRule } {
  return {
    from: [...new Set(dials.map(({ from }) => from))],
    to: [...new Map(dials.map(({ to }) => [to.id, to])).values()],
    pairs: pairsOf(dials),
  };
}
