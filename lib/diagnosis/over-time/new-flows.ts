import type { Cause, Edge } from '../../verdict/run.ts';
import type { Fold } from '../folding/explained.ts';
import { endsOf, observe, type Symptom } from '../folding/observations.ts';
import { matches } from '../folding/pattern.ts';
import { describePatterns } from '../words/pattern.ts';
import { whatBegins } from './later.ts';
import { isManyAtOnce } from '../guesses/lossy.ts';

/** From when on new flows of a pattern failed, ms after the beginning of the run; and which that had been open before were answered later. */
export interface FlowsEnded {
  fromMs: number;
  wentOn: ReadonlySet<Edge['id']>;
}

/** Packets or whole flows go missing, or are turned away. */
const symptoms: ReadonlySet<Symptom> = new Set<Symptom>(['lost', 'lossy', 'refused']);
/** So many dials at least were sound before, and as many failed after the last one that was: of what strikes at random hardly ever. */
const atLeast = 8;
/** A table fills while several probes dial, each family and protocol at its own pace. */
const fillsWithinMs = 10_000;

/** Whether new flows of a pattern were answered, and from some moment on no more, the same ones included; null: they never were, failed at times, or it is not known when. */
export function newFlowsEnd({ symptom, pattern, edges, besides }: Fold, sound: readonly Edge[]): FlowsEnded | null {
  const failing = newFlows([...edges, ...besides]);
  const [first] = failing;
  if (!symptoms.has(symptom) || first === undefined || failing.length < atLeast) return null;
  const same = sound.filter((edge) => observe(edge)?.sound.some((leg) => matches(pattern, leg)) === true);
  const answered = newFlows(same);
  const fromMs = first.dialledMs;
  const lastMs = answered.at(-1)?.dialledMs ?? 0;
  const before = answered.filter(({ dialledMs }) => dialledMs < fromMs);
  const after = failing.filter(({ dialledMs }) => dialledMs > lastMs);
  if (before.length < atLeast || after.length < atLeast || lastMs - fromMs > fillsWithinMs) return null;
  // Otherwise something else may have been dialled since then.
  const known = new Set(before.map(nameOf));
  if (!after.some((edge) => known.has(nameOf(edge)))) return null;
  return { fromMs, wentOn: new Set(same.filter(({ held }) => held !== undefined).map(({ id }) => id)) };
}

/** Of several patterns of one cause; null: of none. */
export function earliest(ends: readonly FlowsEnded[]): FlowsEnded | null {
  if (ends.length === 0) return null;
  return {
    fromMs: Math.min(...ends.map(({ fromMs }) => fromMs)),
    wentOn: new Set(ends.flatMap(({ wentOn }) => [...wentOn])),
  };
}

/** A cause with that. Those that were open before tell a table of flows from a path that has ended. */
export function withFlowsEnded(
  { likelyCause, evidence, lookWith }: Omit<Cause, 'clauses'>,
  { fold, ended: { fromMs, wentOn } }: { fold: Fold; ended: FlowsEnded },
): Omit<Cause, 'clauses'> {
  const since = `from second ${Math.floor(fromMs / 1_000)} of the run on`;
  const told = {
    lookWith,
    evidence: [...evidence, `new flows fail ${since}${wentOn.size > 0 ? `; ${open(wentOn.size)}` : ''}`],
  };
  if (wentOn.size > 0)
    return {
      ...told,
      likelyCause: `new flows of ${describePatterns(fold)} fail ${since}, and those that were open before go on: a full table of flows (connection tracking, a policy map), or a limit on new ones`,
    };
  // Nothing comes and goes.
  const what = fold.partly ? `new flows of ${describePatterns(fold)} fail` : likelyCause;
  return {
    ...told,
    likelyCause: `${what}; it began in mid-run, ${since}: ${whatBegins}`,
  };
}

function open(count: number): string {
  return `${count === 1 ? '1 that was open before was' : `${count} that were open before were`} answered at the end`;
}

type Timed = Edge & { dialledMs: number };

/** In their order. What was large, came from a chosen port or was one of many at once may fail for that, and not for the time. */
function newFlows(edges: readonly Edge[]): Timed[] {
  const isTimed = (edge: Edge): edge is Timed => edge.held === undefined && edge.dialledMs !== undefined;
  const isPlain = (edge: Edge): boolean =>
    edge.size === undefined && edge.sourcePortChosen === undefined && !isManyAtOnce(edge);
  return unique(edges)
    .filter(isPlain)
    .filter(isTimed)
    .toSorted((one, other) => one.dialledMs - other.dialledMs);
}

function nameOf(edge: Edge): string {
  return `${endsOf(edge)} ${edge.port}`;
}

/** Several clauses may tell of one dial. */
function unique(edges: readonly Edge[]): Edge[] {
  return [...new Map(edges.map((edge) => [edge.id, edge])).values()];
}
