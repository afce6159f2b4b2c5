import type { Edge } from '../../verdict/run.ts';
import { mayBeCutOff } from './cut-off/cut-off.ts';
import type { Fold } from './explained.ts';
import type { Leg, Observation, Symptom } from './observations.ts';
import { isOnWay, probeName } from './pattern.ts';

/** By Service, the pods behind it. */
export type Backends = ReadonlyMap<string, readonly Leg['to'][]>;

/**
 * Takes dials through Services out that go the way of a fold: a path that is dead between two pods is dead through a Service as well, and
 * is no second fault. They are reported with that fold. A dial through a Service with several pods counts as one to each of them: asked
 * again, its flows go to any.
 */
export function withoutSamePath<T extends Observation>(through: T[], folds: Fold[], backends: Backends): T[] {
  return through.filter((seen) => {
    const found = folds.find((fold) => isOnPath(seen, { fold, backends }));
    found?.besides.push(seen.edge);
    return found === undefined;
  });
}

/** Reads them off all edges of a run, beside those that are known: a pod that nobody reaches answers no dial. */
export function backendsOf(edges: Iterable<Edge>, known: Backends = new Map()): Backends {
  const found = new Map(
    [...known].map(([service, pods]) => [service, new Map(pods.map((pod) => [probeName(pod), pod]))]),
  );
  for (const { to } of edges) {
    if (to.via === undefined || !isKnown(to)) continue;
    const some = found.get(to.via.service) ?? new Map<string, Leg['to']>();
    found.set(to.via.service, some.set(probeName(to), to));
  }
  return new Map([...found].map(([service, pods]) => [service, [...pods.values()]]));
}

/** Whether a dial through a Service can only have gone to one pod. */
export function hasOneBackend({ to }: Edge, backends: Backends): boolean {
  return isKnown(to) && backendsAt(to, backends).length < 2;
}

function backendsAt({ via }: Edge['to'], backends: Backends): readonly Leg['to'][] {
  return via === undefined ? [] : (backends.get(via.service) ?? []);
}

function isKnown({ probe }: Edge['to']): boolean {
  return probe !== 'any';
}

/** What becomes of several flows through one Service of which some go to a pod that can't be reached. */
const inPart: ReadonlySet<Symptom> = new Set<Symptom>(['lost', 'lossy', 'refused', 'slow']);

/** Of a lossy path a dial may get nothing through; of several pods behind a Service one may be out of reach. */
function isAkin(seen: Observation, fold: Fold, isShared: boolean): boolean {
  const [one, other] = [seen.symptom, fold.symptom];
  if (one === other || (one === 'lost' && other === 'lossy')) return true;
  if (other === 'cut off' && mayBeCutOff(seen, fold)) return true;
  return isShared && one !== null && inPart.has(one) && inPart.has(other);
}

function isOnPath(seen: Observation, { fold, backends }: { fold: Fold; backends: Backends }): boolean {
  const { edge, suspect } = seen;
  const isShared = !hasOneBackend(edge, backends);
  if (!isAkin(seen, fold, isShared)) return false;
  // By a node's port it goes to that node first, whichever pod is next.
  const first = isShared && edge.to.via?.kind !== 'NodePort' ? [] : suspect;
  const next = isShared ? suspect.flatMap((leg) => towards(leg, backendsAt(edge.to, backends))) : [];
  return [...first, ...next].some((leg) => isOnWay(fold.pattern, asToAnother(leg)));
}

/** A pod that reaches itself through a Service takes the way to another pod of its node, a node that to one of its pods; at its own address nothing leaves it. */
function asToAnother(leg: Leg): Leg {
  const { from, to, via } = leg;
  if (from.node !== to.node || from.probe !== to.probe || via === 'NodePort') return leg;
  return { ...leg, to: { ...to, probe: to.probe === 'pod-a' ? 'pod-b' : 'pod-a' } };
}

function towards(leg: Leg, pods: readonly Leg['to'][]): Leg[] {
  return pods.map((pod) => ({
    ...leg,
    ...(leg.answer ? { from: pod } : { to: pod }),
    ...(leg.served === undefined ? {} : { served: { ...leg.served, pod } }),
  }));
}
