/** What loses packets of all kinds in one place shows in each kind of dial in another way. */
import { proportionDifference, type Proportion } from '../statistics/newcombe.ts';
import type { Edge } from '../verdict/run.ts';
import type { Fold } from './folding/explained.ts';
import { observe, type Leg, type Symptom } from './folding/observations.ts';
import { matches, type Pattern } from './folding/pattern.ts';
import { countLoss, lossRate } from './folding/loss.ts';
import { deadFlowsOf } from './guesses/lossy.ts';

/** Of a connection one packet in each direction counts, of a datagram as well: shares that one loss explains differ by no more. */
const alikeWithin = 2;
const level = 0.999;

/**
 * SYNs and datagrams are lost on one way, and about as many: chance picks packets, whichever protocol they are of. One of them may show on part of that way alone: of few
 * connections it strikes some, and within a node nobody looks at the checksums of datagrams.
 */
export function isLossOfSameWay(fold: Fold, other: Fold): boolean {
  const both = [fold, other];
  const [tcp, udp] = (['TCP', 'UDP'] as const).map((protocol) => both.find((one) => isLossy(one, protocol)));
  return (
    tcp !== undefined &&
    udp !== undefined &&
    deadFlowsOf(udp) === null &&
    isOfOneKind(tcp, udp) &&
    areAlike(tcp.edges, udp.edges) &&
    isOnWay(fold, other) &&
    // Of two that are of one place, what is counted by each packet says more.
    (fold === tcp || !isOnWay(tcp, udp))
  );
}

function isLossy({ symptom, pattern }: Fold, protocol: Edge['protocol']): boolean {
  return symptom === 'lossy' && pattern.protocol === protocol;
}

function isOfOneKind({ pattern: one }: Fold, { pattern: other }: Fold): boolean {
  return one.family === other.family && one.via === other.via;
}

/** Of few, which were chosen since they lost some, the share is no more than that of others, though it is larger. */
function areAlike(some: Edge[], others: Edge[]): boolean {
  const share = lossRate(others);
  const { lower, upper } = proportionDifference(proportionOf(some), { minus: proportionOf(others), level });
  return lower <= share * (alikeWithin - 1) && upper >= share / alikeWithin - share;
}

function proportionOf(edges: Edge[]): Proportion {
  const { lost, sent } = countLoss(edges);
  return { hits: lost, trials: sent };
}

/** Where so much is lost, a stream of some hundred packets may stall for good. */
const stallsFrom = 0.1;

/** A stream that stalls where one SYN of ten is lost, or more, has no other cause. What datagrams lose alone is none: connections are spared. */
export function isStalledByLoss(fold: Fold, other: Fold): boolean {
  return (
    (fold.symptom === 'cut off' || fold.symptom === 'too large') &&
    fold.edges.every(({ protocol }) => protocol === 'TCP') &&
    isLossy(other, 'TCP') &&
    lossRate(other.edges) >= stallsFrom &&
    isOnWay(fold, other)
  );
}

/** What an outage does to dials: nothing is answered, or what was sent before or after it. */
const ofOutages: ReadonlySet<Symptom> = new Set<Symptom>([
  'lost',
  'lossy',
  'slow',
  'too large',
  'too small',
  'fragments lost',
  'cut off',
]);
/** What fails in one outage was dialled within so long. */
const withinMs = 15_000;

/** What was gone at the end, and failed at the same time as more that was gone, and on its way or at one node with it: which symptoms and patterns it has depends on what was dialled when. */
export function isOfSameOutage(fold: Fold, other: Fold): boolean {
  return (
    [fold, other].every(({ symptom, edges }) => ofOutages.has(symptom) && isGone(edges)) &&
    hasFewer(fold, other) &&
    areOfOneMoment([...fold.edges, ...other.edges]) &&
    (isOnWay(fold, other) || areOfOneNode([...fold.edges, ...other.edges]))
  );
}

/** Or as many, so that of each two one has fewer. */
export function hasFewer({ edges: some }: Fold, { edges: others }: Fold): boolean {
  return some.length < others.length || (some.length === others.length && nameOf(some) > nameOf(others));
}

function nameOf([edge]: readonly Edge[]): string {
  return edge?.id ?? '';
}

/** What each of these dials goes through. */
export function nodesInCommon(edges: readonly Edge[]): ReadonlySet<string> {
  const all = edges.map(
    ({ from, to }) => new Set([from.node, to.node, ...(to.via?.node == null ? [] : [to.via.node])]),
  );
  return all.reduce((common, nodes) => common.intersection(nodes));
}

function isGone(edges: readonly Edge[]): boolean {
  const asked = edges.flatMap(({ atTheEnd }) => atTheEnd ?? []);
  return asked.length > 0 && asked.every(({ gone }) => gone);
}

function areOfOneMoment(edges: readonly Edge[]): boolean {
  const times = edges.flatMap(({ dialledMs }) => dialledMs ?? []);
  const { first, last } = times.reduce(
    (span, at) => ({ first: Math.min(span.first, at), last: Math.max(span.last, at) }),
    { first: Infinity, last: -Infinity },
  );
  return times.length === edges.length && last - first <= withinMs;
}

/** One node alone that all of them have in common, and of several others: what is between two nodes is of either. */
function areOfOneNode(edges: readonly Edge[]): boolean {
  const all = new Set(edges.flatMap(({ from, to }) => [from.node, to.node]));
  return all.size > 2 && nodesInCommon(edges).size === 1;
}

/** Whether each of the dials has packets on the other's way, whatever the protocol, the port, and how its end was dialled. */
function isOnWay({ edges }: Fold, { pattern }: Fold): boolean {
  const whole: Pattern = { ...pattern, roles: 'any', protocol: null, ports: null, way: null };
  return edges.every((edge) => {
    const seen = observe(edge);
    return seen !== null && [...seen.suspect, ...seen.sound].some((leg) => matches(whole, asIn(leg, pattern)));
  });
}

function asIn(leg: Leg, { via }: Pattern): Leg {
  return via === null ? { ...leg, via: null } : leg;
}
