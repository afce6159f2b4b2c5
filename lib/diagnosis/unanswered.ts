/** Questions to a Service that nobody answered, as a consequence of what is found about the way to its pods anyway. */
import type { ClauseResult, Edge, UnansweredWay } from '../verdict/run.ts';
import type { Fold } from './folding/explained.ts';
import type { Symptom } from './folding/observations.ts';

/** What leaves a question without its answer: all that takes this way, or some of it. */
const silencing: ReadonlySet<Symptom> = new Set<Symptom>(['lost', 'refused', 'not met']);
const thinning: ReadonlySet<Symptom> = new Set<Symptom>([...silencing, 'lossy', 'slow']);

/** Failed clauses of which each unanswered way is part of such a fold, and those folds: their own cause would be told twice. */
export function consequences(
  failed: readonly ClauseResult[],
  folds: readonly Fold[],
): ReadonlyMap<ClauseResult, ReadonlySet<Fold>> {
  return new Map(
    failed.flatMap((result) => {
      const ways = result.unanswered ?? [];
      const found = ways.map((way) => folds.filter((fold) => explains(fold, way)));
      const areExplained = ways.length > 0 && ways.every((way, n) => isExplained(way, found[n] ?? []));
      return areExplained ? [[result, new Set(found.flat())] as const] : [];
    }),
  );
}

/** Silence needs all pods of the Service to be cut off from there; some loss, one of them. */
function isExplained(way: UnansweredWay, folds: readonly Fold[]): boolean {
  const cutOff = new Set(folds.flatMap((fold) => edgesOn(way, fold)).map(({ to }) => to.node));
  return way.isSilent ? way.to.length > 0 && way.to.every((node) => cutOff.has(node)) : cutOff.size > 0;
}

function explains(fold: Fold, way: UnansweredWay): boolean {
  const { symptom, partly, pattern } = fold;
  const isEnough = way.isSilent ? silencing.has(symptom) && !partly : thinning.has(symptom);
  const isOfPort = pattern.ports === null || (pattern.ports.from <= way.port && way.port <= pattern.ports.to);
  // What asks has a high port.
  return isEnough && isOfPort && pattern.low === undefined && edgesOn(way, fold).length > 0;
}

/** Other packets between a pod of that node and those where the Service's pods are: through a ClusterIP, as the question was, or not. */
function edgesOn(way: UnansweredWay, { edges, besides }: Fold): Edge[] {
  return [...edges, ...besides].filter(
    ({ from, to, protocol, family, size, held }) =>
      from.node === way.from.node &&
      from.probe !== 'node' &&
      protocol === way.protocol &&
      family === way.family &&
      size === undefined &&
      held === undefined &&
      way.to.includes(to.node) &&
      (to.via === undefined || to.via.kind === 'ClusterIP'),
  );
}
