import type { Edge } from '../../verdict/run.ts';
import type { Fold } from './explained.ts';
import type { Leg, Observation, Symptom } from './observations.ts';
import { matches, probeName } from './pattern.ts';

/** The pods that answered through each Service, or received a dial. */
export type Backends = ReadonlyMap<string, readonly Leg['to'][]>;

/**
 * Takes dials through Services out that go the way of a fold: a path that is dead between two pods is dead through a Service as well, and
 * is no second fault. They are reported with that fold. A dial that nobody is known to have received counts as one to any backend.
 */
export function withoutSamePath<T extends Observation>(through: T[], folds: Fold[], backends: Backends): T[] {
  return through.filter((seen) => {
    const found = folds.find((fold) => isAkin(seen.symptom, fold.symptom) && isOnPath(seen, fold, backends));
    found?.besides.push(seen.edge);
    return found === undefined;
  });
}

/** Reads them off all edges of a run. */
export function backendsOf(edges: Iterable<Edge>): Backends {
  const found = new Map<string, Map<string, Leg['to']>>();
  for (const { to } of edges) {
    if (to.via === undefined || !isKnown(to)) continue;
    const known = found.get(to.via.service) ?? new Map<string, Leg['to']>();
    found.set(to.via.service, known.set(probeName(to), to));
  }
  return new Map([...found].map(([service, pods]) => [service, [...pods.values()]]));
}

/** Whether it is known which pod a dial through a Service came to, or was meant for. */
export function isKnown({ probe }: Edge['to']): boolean {
  return probe !== 'any';
}

/** Of a lossy path a dial may get nothing through. */
function isAkin(one: Symptom | null, other: Symptom): boolean {
  return one === other || (one === 'lost' && other === 'lossy');
}

function isOnPath({ edge, suspect }: Observation, { pattern }: Fold, backends: Backends): boolean {
  const legs = isKnown(edge.to) ? suspect : suspect.flatMap((leg) => towards(leg, edge, backends));
  return legs.some((leg) => matches(pattern, { ...leg, via: pattern.via }));
}

function towards(leg: Leg, { to: { via } }: Edge, backends: Backends): Leg[] {
  const pods = via === undefined ? [] : (backends.get(via.service) ?? []);
  return pods.map((pod) => (leg.answer ? { ...leg, from: pod } : { ...leg, to: pod }));
}
