/** Two folds that differ in what was seen, and yet show the same thing at the same node: one of them says where, the other follows from it. */
import { proportionDifference } from '../statistics/newcombe.ts';
import type { Edge } from '../verdict/run.ts';
import type { Fold } from './folding/explained.ts';
import { observe } from './folding/observations.ts';
import { isRefusedAtTimes, onlyStands } from './folding/refused.ts';
import { matches, type Pattern, type Place } from './folding/pattern.ts';
import { deadFlowsOf } from './guesses/lossy.ts';
import { hasFewer, isLossOfSameWay, isOfSameOutage, isStalledByLoss, nodesInCommon } from './same-loss.ts';
import { serviceOfMany, soleTranslator } from './through-services.ts';

/** Whether the first one follows from the other. */
type Follows = (fold: Fold, other: Fold) => boolean;

const known: readonly Follows[] = [
  isUnserved,
  isSamePathDead,
  isSamePodDead,
  isInTooLarge,
  isForwardedThere,
  isNewFlow,
  isAnsweredToPorts,
  isAtSameNodePorts,
  isRefusedThere,
  isLossOfSameWay,
  isStalledByLoss,
  isOfSameOutage,
];

/** Of these folds, by each that follows from another, that one. */
export function following(folds: readonly Fold[]): ReadonlyMap<Fold, Fold> {
  const firsts = new Map(
    folds.flatMap((fold) => {
      const first = folds.find((one) => one !== fold && known.some((follows) => follows(fold, one)));
      return first === undefined ? [] : [[fold, first] as const];
    }),
  );
  // What follows from something that follows itself is told with the first of all.
  return new Map([...firsts.keys()].map((fold) => [fold, rootOf(fold, firsts)]));
}

function rootOf(fold: Fold, firsts: ReadonlyMap<Fold, Fold>): Fold {
  const passed = new Set([fold]);
  let root = fold;
  for (let next = firsts.get(root); next !== undefined && !passed.has(next); next = firsts.get(root)) {
    passed.add(next);
    root = next;
  }
  return root;
}

/** What rejects now and then strikes some dials by chance: with a node in common, and over one protocol, they are of one cause, whichever patterns they make. */
function isRefusedThere(fold: Fold, other: Fold): boolean {
  const isOnlyLike = fold.symptom === 'refused' && onlyStands(fold) && fold.edges.length <= other.edges.length;
  return (
    (isOnlyLike || (hasFewer(fold, other) && isRefusedAtTimes(fold))) &&
    isRefusedAtTimes(other) &&
    fold.pattern.protocol === other.pattern.protocol &&
    nodesInCommon([...fold.edges, ...other.edges]).size > 0
  );
}

/** Places that are about all that a node translates for its own, or for pods elsewhere; one pod's Service may have a fault of its own. */
const ofTranslator: ReadonlySet<Place['kind']> = new Set<Place['kind']>(['translated by', 'from']);

/** A node that refuses at its own ports translates nothing there; so it is no wonder that it does not for its own dials. A filter that drops is silent, and may be another fault. */
function isUnserved({ symptom, pattern, edges, partly }: Fold, other: Fold): boolean {
  return (
    symptom === 'refused' &&
    pattern.via === 'NodePort' &&
    other.symptom === 'lost' &&
    ['ClusterIP', 'any'].includes(other.pattern.via ?? '') &&
    ofTranslator.has(other.pattern.place.kind) &&
    !partly &&
    !other.partly &&
    pattern.protocol === other.pattern.protocol &&
    pattern.family === other.pattern.family &&
    soleTranslator({ edges: [...edges, ...other.edges] }) !== null
  );
}

/** How sure it must be that two shares differ. */
const level = 0.999;

/** Of a SYN that is lost it is not known which way: where all take the way, there or back, on which as many flows of UDP are dead, that one is dead. */
function isSamePathDead(fold: Fold, other: Fold): boolean {
  if (fold.pattern.protocol !== 'TCP' || other.pattern.protocol !== 'UDP') return false;
  if (fold.pattern.family !== other.pattern.family || fold.pattern.via !== other.pattern.via) return false;
  const [tcp, udp] = [deadFlowsOf(fold), deadFlowsOf(other)];
  if (tcp === null || udp === null) return false;
  const { lower, upper } = proportionDifference(tcp, { minus: udp, level });
  return lower <= 0 && upper >= 0 && isWithin(fold, other.pattern) && isWithin(other, fold.pattern);
}

/** What its own pods send each other through Services, or themselves, is translated and forwarded, where their bridge carries the rest. */
function isForwardedThere({ symptom, partly, pattern: { family }, edges }: Fold, other: Fold): boolean {
  const node = nodeThatForwardsNothing(other);
  return (
    symptom === 'lost' &&
    !partly &&
    node !== null &&
    [null, family].includes(other.pattern.family) &&
    edges.every(
      ({ from, to }) => to.via !== undefined && from.probe !== 'node' && from.node === node && to.node === node,
    )
  );
}

/** Where nothing passes between its pods and all others; null: it is not so. */
function nodeThatForwardsNothing(fold: Fold): string | null {
  const { place } = fold.pattern;
  return isAllLost(fold) && (place.kind === 'pods of' || place.kind === 'forwarded by') ? place.node : null;
}

/** At the probes' own addresses, whatever the protocol, the port and the way. */
function isAllLost({ symptom, partly, also, pattern: { protocol, ports, way, via } }: Fold): boolean {
  return (
    symptom === 'lost' && !partly && also === undefined && [protocol, ports, way, via].every((one) => one === null)
  );
}

/** Of few dials through a Service all may have gone to the one pod of it that is dead. */
function isSamePodDead(fold: Fold, other: Fold): boolean {
  const service = serviceOfMany(other);
  if (fold.symptom !== 'lost' || service === null || deadFlowsOf(other) === null) return false;
  return fold.edges.every(({ to }) => to.via?.service === service);
}

/** A datagram that is sent in fragments has packets as large as any. Where one that is not fragmented could not be judged, its fragments still are. */
function isInTooLarge({ symptom, edges }: Fold, { symptom: others, pattern }: Fold): boolean {
  if (symptom !== 'fragments lost' || others !== 'too large' || pattern.protocol === 'TCP') return false;
  const whole: Pattern = { ...pattern, protocol: null, ports: null };
  return edges.every((edge) => observe(edge)?.suspect.some((leg) => matches(whole, leg)) ?? false);
}

/** Where the old flow is forgotten, what a responder of UDP sends first is a new flow, to the port that the dialler had: what is translated there comes from somebody whom the dialler does not know, and a filter may drop what goes to such ports. */
function isNewFlow({ symptom, pattern: { protocol }, edges }: Fold, other: Fold): boolean {
  const { pattern } = other;
  const isTranslated = ['source translated', 'port translated'].includes(other.symptom) && pattern.ports === null;
  const isFiltered = other.symptom === 'lost' && pattern.ports !== null;
  return (
    symptom === 'responder forgotten' &&
    protocol === 'UDP' &&
    (isTranslated || isFiltered) &&
    !other.partly &&
    pattern.via === null &&
    edges.every((edge) => {
      const port = edge.diallerSees?.local.port ?? 0;
      return observe(edge)?.suspect.every((leg) => matches(pattern, { ...leg, answer: false, port })) ?? false;
    })
  );
}

/** A rule without memory drops what goes to certain ports, whether it asks or answers: answers go to the port that the dialler had. */
function isAnsweredToPorts(
  { symptom, pattern: { protocol, way, via }, edges, partly }: Fold,
  { pattern, ...other }: Fold,
): boolean {
  const isOfPorts = other.symptom === 'lost' && pattern.ports !== null && pattern.way === null;
  return (
    symptom === 'lost' &&
    way === 'answers' &&
    isOfPorts &&
    partly === other.partly &&
    protocol === pattern.protocol &&
    via === pattern.via &&
    2 * edges.filter(({ diallerSees }) => diallerSees !== null).length > edges.length &&
    edges.every((edge) => {
      const port = edge.diallerSees?.local.port ?? pattern.ports?.from ?? 0;
      return (
        observe(edge)?.suspect.some((leg) => leg.answer && matches(pattern, { ...leg, answer: false, port })) ?? false
      );
    })
  );
}

/** What a node does to its NodePorts it does to its own pods' dials as well as to others'. */
function isAtSameNodePorts({ symptom, partly, pattern, edges }: Fold, other: Fold): boolean {
  const { place, via, protocol, family, ports } = pattern;
  const servicesOf = (some: readonly Edge[]): Set<string | undefined> => new Set(some.map(({ to }) => to.via?.service));
  return (
    place.kind === 'within' &&
    other.pattern.place.kind === 'into' &&
    place.node === other.pattern.place.node &&
    symptom === other.symptom &&
    partly === other.partly &&
    [via, other.pattern.via].every((one) => one === 'NodePort') &&
    protocol === other.pattern.protocol &&
    family === other.pattern.family &&
    [ports, other.pattern.ports].every((range) => range === null) &&
    servicesOf(edges).isSubsetOf(servicesOf(other.edges))
  );
}

function isWithin({ edges }: Fold, pattern: Pattern): boolean {
  const anyProtocol = { ...pattern, protocol: null };
  return edges.every((edge) => {
    const seen = observe(edge);
    return seen !== null && [...seen.suspect, ...seen.sound].some((leg) => matches(anyProtocol, leg));
  });
}
