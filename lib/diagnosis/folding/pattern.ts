import type { Leg, ViaKind } from './observations.ts';

export type Place =
  | { kind: 'everywhere' }
  | { kind: 'into' | 'out of' | 'into and out of' | 'within' | 'pods of'; node: string }
  /** Whatever begins or ends there, between two of its own probes as well. */
  | { kind: 'at'; node: string }
  /** What that node forwards for its pods: all that they send or receive, each other's as well, as its bridge asks the same filters; but for what the node itself has to do with. */
  | { kind: 'forwarded by'; node: string }
  /** What that node looks up a route for: all that its own pods send or receive, and it itself, but for what its bridge carries between two of its pods. */
  | { kind: 'routed by'; node: string }
  /** The same on the last hop: to that pod, but for what other pods of its node send it. */
  | { kind: 'routed to'; probe: string }
  /** Dialled there, wherever it goes, with what answers it: for Services, which the dialling node translates both ways. */
  | { kind: 'from'; node: string }
  /** Through Services, what that node translates: all, what it and its own pods dial, or what goes to pods of other nodes. `ordinary`: to none on the host network, which meets other rules. */
  | { kind: 'translated by'; node: string; only: 'own' | 'to others' | null; ordinary?: true }
  /** Each pod and itself, through a Service: on one node, or on each. */
  | { kind: 'to themselves'; node: string }
  | { kind: 'each to itself' }
  | { kind: 'from one to other' | 'between'; one: string; other: string }
  | { kind: 'within every node' }
  | { kind: 'across nodes' }
  | { kind: 'probe to probe' | 'node to probe' | 'probe to node'; one: string; other: string }
  /** Of a place, some pairs of addresses by their names, out of so many: they have nothing else in common. */
  | { kind: 'certain pairs'; of: Place; pairs: ReadonlySet<string>; among: number }
  | { kind: 'to probe' | 'from probe' | 'of probe'; probe: string };

/** Whether it is about all of one node, within it as well as across. */
export function isAllOfNode(place: Place): place is Extract<Place, { kind: 'at' | 'forwarded by' }> {
  return place.kind === 'at' || place.kind === 'forwarded by';
}

export type Roles =
  | 'any'
  | 'to pods'
  | 'from pods'
  | 'to nodes'
  | 'from nodes'
  | 'pod to pod'
  | 'pod to node'
  | 'node to pod'
  | 'node to node';

export interface PortRange {
  from: number;
  to: number;
}

/** A set of legs: what a fault may look like. */
export interface Pattern {
  place: Place;
  roles: Roles;
  protocol: Leg['protocol'] | null;
  family: Leg['family'] | null;
  ports: PortRange | null;
  /** Only what opens a conversation, or only what responders send back; null: both. */
  way: 'requests' | 'answers' | null;
  /** Through Services by such addresses, or by any that a node translates; null: not through Services. */
  via: ViaKind | 'any' | null;
  /** Only packets from ports below 1024; left out: from any. */
  low?: true;
}

/** Whether a leg belongs to the pattern. */
export function matches(pattern: Pattern, leg: Leg): boolean {
  return (pattern.via === 'any' ? leg.via !== null : pattern.via === leg.via) && isOnWay(pattern, leg);
}

/** The same, however the leg's end was dialled. */
export function isOnWay(pattern: Pattern, leg: Leg): boolean {
  return (
    (pattern.low === undefined || leg.low === true) &&
    (pattern.protocol === null || pattern.protocol === leg.protocol) &&
    (pattern.family === null || pattern.family === leg.family) &&
    (pattern.way === null || (pattern.way === 'answers') === leg.answer) &&
    (pattern.ports === null || (!leg.answer && leg.port >= pattern.ports.from && leg.port <= pattern.ports.to)) &&
    inRoles(pattern.roles, leg) &&
    inPlace(pattern.place, leg)
  );
}

function inRoles(roles: Roles, leg: Leg): boolean {
  if (roles === 'any') return true;
  const fromPod = leg.from.probe !== 'node';
  const toPod = leg.to.probe !== 'node';
  if (roles === 'to pods') return toPod;
  if (roles === 'from pods') return fromPod;
  if (roles === 'to nodes') return !toPod;
  if (roles === 'from nodes') return !fromPod;
  return roles === `${fromPod ? 'pod' : 'node'} to ${toPod ? 'pod' : 'node'}`;
}

/** What a pod sends to itself crosses no network, unless through a Service: only a pattern of two probes may claim it. */
function inPlace(place: Place, leg: Leg): boolean {
  const { from, to } = leg;
  if (probeName(from) === probeName(to) && leg.via === null && place.kind !== 'probe to probe') return false;
  switch (place.kind) {
    case 'everywhere':
      return true;
    case 'into':
      return to.node === place.node && from.node !== place.node;
    case 'out of':
      return from.node === place.node && to.node !== place.node;
    case 'to themselves':
      return isToItself(leg) && from.node === place.node;
    case 'each to itself':
      return isToItself(leg);
    case 'from':
      return (leg.answer ? to : from).node === place.node;
    case 'translated by':
      return leg.served?.by === place.node && isTranslated(place, { ...leg.served, answer: leg.answer, from, to });
    case 'at':
      return from.node === place.node || to.node === place.node;
    case 'forwarded by':
      return (
        (isPodOf(from, place.node) || isPodOf(to, place.node)) &&
        [from, to].every((end) => end.node !== place.node || isPodOf(end, place.node))
      );
    case 'routed by':
      return [from.node, to.node].includes(place.node) && !isBridged(leg);
    case 'routed to':
      return probeName(to) === place.probe && !isBridged(leg);
    case 'into and out of':
      return (from.node === place.node) !== (to.node === place.node);
    case 'pods of':
      return from.node !== to.node && (isPodOf(from, place.node) || isPodOf(to, place.node));
    case 'within':
      return from.node === place.node && to.node === place.node;
    case 'from one to other':
      return from.node === place.one && to.node === place.other;
    case 'between':
      return (
        from.node !== to.node &&
        [place.one, place.other].includes(from.node) &&
        [place.one, place.other].includes(to.node)
      );
    case 'within every node':
      return from.node === to.node;
    case 'across nodes':
      return from.node !== to.node;
    case 'probe to probe':
      return probeName(from) === place.one && probeName(to) === place.other;
    case 'node to probe':
      return from.node === place.one && probeName(to) === place.other;
    case 'probe to node':
      return probeName(from) === place.one && to.node === place.other;
    case 'certain pairs':
      return place.pairs.has(pairName(leg)) && inPlace(place.of, leg);
    case 'to probe':
      return probeName(to) === place.probe;
    case 'from probe':
      return probeName(from) === place.probe;
    case 'of probe':
      return probeName(from) === place.probe || probeName(to) === place.probe;
  }
}

/** Between two pods of a node; through a Service, such packets are routed. */
export function isBridged({ from, to, via }: Leg): boolean {
  return via === null && from.node === to.node && from.probe !== 'node' && to.probe !== 'node';
}

function isTranslated(
  { node, only, ordinary }: Extract<Place, { kind: 'translated by' }>,
  { pod, answer, from, to }: Pick<Leg, 'answer' | 'from' | 'to'> & NonNullable<Leg['served']>,
): boolean {
  if (ordinary === true && pod.probe === 'node') return false;
  if (only === 'own') return (answer ? to : from).node === node;
  // Of several pods it may have been any.
  return only === null || (pod.node !== node && pod.probe !== 'any');
}

function isPodOf(end: Leg['from'], node: string): boolean {
  return end.node === node && end.probe !== 'node';
}

/** Two probes at their addresses of one family, whichever of them sends: "node-1/pod-a node-2/pod-b IPv4". */
export function pairName({ from, to, family }: Pick<Leg, 'from' | 'to' | 'family'>): string {
  return [...[probeName(from), probeName(to)].toSorted(), family].join(' ');
}

/** "node-1/pod-a". */
export function probeName(end: Leg['from']): string {
  return `${end.node}/${end.probe}`;
}

/**
 * Names what a pattern comes down to: what pods send to themselves, where it is nothing else (a node's only pod has no neighbour);
 * the direction where all went in one, and nothing was sent the other way that could tell; both nodes where all that came into one,
 * or left it, came from or went to one other (among two, either may be at fault), and the node where there is only one.
 */
export function narrowed(pattern: Pattern, legs: Leg[]): Pattern {
  const { place } = pattern;
  if (pattern.via === 'any') {
    const [via = null, ...others] = new Set(legs.map((leg) => leg.via));
    return others.length > 0 ? pattern : { ...pattern, via };
  }
  const nodes = new Set(legs.flatMap(({ from, to }) => [from.node, to.node]));
  const [only] = nodes;
  if (only !== undefined && wide.has(place.kind)) {
    const isOne = nodes.size === 1;
    if (legs.every(isToItself))
      return {
        ...pattern,
        roles: 'any',
        place: isOne ? { kind: 'to themselves', node: only } : { kind: 'each to itself' },
      };
    if (isOne) return { ...pattern, place: { kind: 'within', node: only } };
  }
  if (isAllOfNode(place)) {
    const across = legs.filter(({ from, to }) => from.node !== to.node).length;
    if (across > 0 && across < legs.length) return pattern;
    const kind = across === 0 ? 'within' : place.kind === 'at' ? 'into and out of' : 'pods of';
    return legs.length === 0 ? pattern : narrowed({ ...pattern, place: { kind, node: place.node } }, legs);
  }
  if (place.kind === 'into and out of') {
    const into = legs.filter(({ to }) => to.node === place.node).length;
    if (legs.length === 0 || (into > 0 && into < legs.length)) return pattern;
    return narrowed({ ...pattern, place: { kind: into > 0 ? 'into' : 'out of', node: place.node } }, legs);
  }
  if (place.kind !== 'into' && place.kind !== 'out of') return pattern;
  const others = new Set(legs.map(({ from, to }) => (place.kind === 'into' ? from.node : to.node)));
  const [other] = others;
  if (other === undefined || others.size > 1) return pattern;
  const [one, two] = place.kind === 'into' ? [other, place.node] : [place.node, other];
  return { ...pattern, place: { kind: 'from one to other', one, other: two } };
}

/** Places that may hold one node alone, or what pods send to themselves. */
const wide: ReadonlySet<Place['kind']> = new Set<Place['kind']>(['everywhere', 'within every node', 'within', 'from']);

function isToItself({ from, to }: Leg): boolean {
  return from.probe !== 'node' && probeName(from) === probeName(to);
}

const placeCost: Record<Place['kind'], number> = {
  everywhere: 0,
  'across nodes': 2,
  'within every node': 2,
  from: 3,
  'each to itself': 3,
  'to themselves': 5,
  'into and out of': 3,
  'pods of': 3,
  'routed by': 4,
  into: 4,
  'out of': 4,
  within: 4,
  between: 6,
  'from one to other': 6,
  // Whatever says one direction, or only within or across, is told by that.
  'forwarded by': 7,
  at: 7,
  'node to probe': 7,
  'probe to node': 7,
  'to probe': 8,
  'from probe': 8,
  'of probe': 8,
  'routed to': 9,
  // Whatever one kind of address explains as well is told by that.
  'translated by': 10,
  'probe to probe': 10,
  'certain pairs': 12,
};

const rolesCost: Record<Roles, number> = {
  any: 0,
  'pod to pod': 1,
  'pod to node': 1,
  'node to pod': 1,
  'node to node': 1,
  'to pods': 1,
  'from pods': 1,
  'to nodes': 1,
  'from nodes': 1,
};

/** How much a pattern claims: of two that explain the same, the one that claims less is likelier. */
export function cost(pattern: Pattern): number {
  const qualifiers = [pattern.protocol, pattern.family, pattern.ports, pattern.via, pattern.low ?? null].filter(
    (qualifier) => qualifier !== null,
  ).length;
  const { place } = pattern;
  const isOrdinary = place.kind === 'translated by' && place.ordinary === true;
  return (
    placeCost[place.kind] +
    (isOrdinary ? 1 : 0) +
    rolesCost[pattern.roles] +
    qualifiers +
    (pattern.way === null ? 0 : 2)
  );
}
