/** Questions to a Service that nobody answered, as a consequence of what is found about the way to what is behind it anyway. */
import type { UnansweredWay } from '../facts/violation.ts';
import type { ClauseResult } from '../verdict/run.ts';
import type { Fold } from './folding/explained.ts';
import { low, type Leg, type Symptom } from './folding/observations.ts';
import { matches, type Pattern } from './folding/pattern.ts';
import { lossRate } from './folding/loss.ts';
import { nearlyAll } from './guesses/lossy.ts';

/** What leaves a question without its answer: all that takes this way, or some of it. */
const silencing: ReadonlySet<Symptom> = new Set<Symptom>(['lost', 'refused', 'not met']);
const thinning: ReadonlySet<Symptom> = new Set<Symptom>([...silencing, 'lossy', 'slow']);

/** In place of a node's name: outside of all that are known, as an API server may be. What cuts a node off from every other cuts it off from there. */
const elsewhere = '';

/** Failed clauses of which each unanswered way is part of such a fold, and those folds: their own cause would be told twice. `ended`: folds of which new flows fail from some moment on. */
export function consequences(
  failed: readonly ClauseResult[],
  { folds: all, ended }: { folds: readonly Fold[]; ended: ReadonlySet<Fold> },
): ReadonlyMap<ClauseResult, ReadonlySet<Fold>> {
  const folds = all.map((fold) => ({ fold, fails: ended.has(fold) ? fromThenOn(fold) : fold }));
  const explained = (way: UnansweredWay): Explained => ({
    way,
    by: folds.filter(({ fails }) => way.to.some((node) => explains(fails, { way, node }))),
  });
  const cutOff = failed.flatMap(({ unanswered = [] }) =>
    unanswered.filter(({ areNodes }) => areNodes === true).map(explained),
  );
  return new Map(
    failed.flatMap((result) => {
      const ways = result.unanswered ?? [];
      const found = ways.map((way) => (way.isOutdated === true ? keepingFromApi(way, cutOff) : explained(way)));
      return ways.length > 0 && found.every(isWhole)
        ? [[result, new Set(found.flatMap(({ by }) => by.map(({ fold }) => fold)))] as const]
        : [];
    }),
  );
}

interface Explained {
  way: UnansweredWay;
  by: readonly { fold: Fold; fails: Fold }[];
}

/** Who can't ask the API server does not know what is new: the way from the node of one of these pods to it, where that is explained. */
function keepingFromApi(outdated: UnansweredWay, cutOff: readonly Explained[]): Explained {
  const own = cutOff.find((one) => one.way.isSilent && outdated.to.includes(one.way.from.node) && isWhole(one));
  return own ?? { way: outdated, by: [] };
}

function isWhole({ way, by }: Explained): boolean {
  return isExplained(
    way,
    by.map(({ fails }) => fails),
  );
}

/** What was answered before says nothing of later, nor which roles were dialled by then. */
function fromThenOn(fold: Fold): Fold {
  const wider = (pattern: Pattern): Pattern => ({ ...pattern, roles: 'any' });
  return { ...fold, partly: false, pattern: wider(fold.pattern), also: (fold.also ?? []).map(wider) };
}

/** Silence needs all that is behind the Service to be cut off from there; some loss, one of it. */
function isExplained(way: UnansweredWay, folds: readonly Fold[]): boolean {
  const isCutOff = (node: string | null): boolean => folds.some((fold) => explains(fold, { way, node }));
  return way.isSilent ? way.to.length > 0 && way.to.every(isCutOff) : folds.length > 0;
}

/** Whether one of its patterns claims what that probe, or another pod of its node, would have asked what is behind the Service on the other, or the answer. */
function explains(fold: Fold, { way, node }: { way: UnansweredWay; node: string | null }): boolean {
  const isEnough = way.isSilent ? isSilencing(fold) : thinning.has(fold.symptom);
  const { protocol, family, port } = way;
  // A pattern that names none may be of one alone: of the other nothing was dialled.
  const isOfSuch = fold.edges.some((edge) => edge.protocol === protocol && edge.family === family);
  if (!isEnough || !isOfSuch) return false;
  const asking = { node: way.from.node, probe: way.from.probe === 'node' ? 'node' : 'another pod' };
  return [fold.pattern, ...(fold.also ?? [])]
    .map((pattern) => asAsked(pattern, way))
    .some((pattern) => {
      if (pattern.via === 'NodePort' || pattern.via === 'name') return false;
      const via = pattern.via === null ? null : ('ClusterIP' as const);
      if (via === null && way.isDirect === true) return false;
      // What was dialled through Services led to pods: a pattern of such dials says nothing of nodes behind them.
      const probe = way.areNodes === true && via === null ? 'node' : 'a pod of the Service';
      const asked = { node: node ?? elsewhere, probe };
      const packets = {
        protocol,
        family,
        port: via === null ? (way.portBehind ?? port) : port,
        via,
        served: { by: asking.node, pod: asked },
      };
      const legs: Leg[] = [
        { ...packets, from: asking, to: asked, answer: false },
        { ...packets, from: asked, to: asking, answer: true, ...low(way.portBehind ?? port) },
      ];
      return legs.some((leg) => matches(pattern, leg));
    });
}

/** Of a few questions none is answered where nearly all is lost. */
function isSilencing({ symptom, partly, edges }: Fold): boolean {
  if (symptom === 'lossy') return lossRate(edges) >= nearlyAll;
  return silencing.has(symptom) && !partly;
}

/** Which pairs of addresses are cut off nobody knows of other pods: some of their questions may be lost, hardly all. */
function asAsked(pattern: Pattern, { isSilent }: UnansweredWay): Pattern {
  const { place } = pattern;
  return place.kind === 'certain pairs' && !isSilent ? { ...pattern, place: place.of } : pattern;
}
