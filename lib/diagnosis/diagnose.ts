import type { Cause, ClauseResult, Edge } from '../verdict/run.ts';
import { addressFaults } from './addresses/faults.ts';
import { guessCause } from './guesses/guess.ts';
import type { Surroundings } from './guesses/surroundings.ts';
import { fold } from './folding/fold.ts';
import { describeFold, describeRest } from './words/fold.ts';
import { joined } from './joined.ts';
import { diedMeanwhile, sinceLater, soundStill } from './over-time/later.ts';
import { earliest, newFlowsEnd, withFlowsEnded } from './over-time/new-flows.ts';
import { isDeniedStill, stillDenied } from './over-time/old-policies.ts';
import { overTime } from './over-time/at-the-end.ts';
import { consequences } from './unanswered.ts';

/**
 * Gives every failed clause its evidence and likely cause, and says once, together, which clauses fail for one cause.
 * Edges of all failed clauses are folded together, against every edge of the run that is sound in every respect. What failed or worked under NetworkPolicies
 * of the run's own is told by the clause itself: the same dial may be sound before.
 */
export function diagnose(
  results: ClauseResult[],
  options: { sound: Edge[]; around: Surroundings },
): { clauses: ClauseResult[]; causes: Cause[] } {
  const broken = ({ problems, outcome, policies }: Edge): boolean =>
    problems.length > 0 && outcome !== 'inconclusive' && policies === undefined;
  const failed = results.filter((result) => result.verdict === 'fail');
  const owners = ownersOf(failed, broken);
  const denied = new Set(stillDenied(failed, [...owners.keys()]));
  const failing = [...owners.keys()].filter((edge) => !denied.has(edge));
  const sound = soundStill(options.sound, failing);
  const died = diedMeanwhile(options.sound, failing);
  const { faults, left } = addressFaults(failing, {
    sound,
    carried: options.around.carried ?? [],
  });
  const { folds, rest } = fold(left, sound, options.around.behind);
  const clausesOf = (edges: Edge[]): ClauseResult[] => [...new Set(edges.flatMap((edge) => owners.get(edge) ?? []))];
  const causes: Cause[] = [];
  const diagnosed = new Map<ClauseResult, Cause[]>();
  const add = (edges: Edge[], found: Omit<Cause, 'clauses'>, following: readonly ClauseResult[] = []): void => {
    const clauses = [...new Set([...clausesOf(edges), ...following])];
    const cause: Cause = { ...overTime(edges, found), clauses: clauses.map((clause) => clause.id) };
    causes.push(cause);
    for (const clause of clauses) diagnosed.set(clause, [...(diagnosed.get(clause) ?? []), cause]);
  };
  const addDenied = (own: Cause): void => {
    const others = clausesOf([...denied]).filter(({ id }) => !own.clauses.includes(id));
    const told = { ...own, evidence: [...own.evidence, ...describeDenied([...denied])] };
    causes.push({ ...told, clauses: [...own.clauses, ...others.map(({ id }) => id)] });
    for (const other of others) diagnosed.set(other, [...(diagnosed.get(other) ?? []), told]);
  };
  const ends = new Map(folds.map((one) => [one, newFlowsEnd(one, options.sound)]));
  const found = joined(folds, (part) => (ends.get(part)?.wentOn.size ?? 0) > 0);
  const hasEnded = ({ parts }: (typeof found)[number]): boolean =>
    parts.some((part) => (ends.get(part) ?? null) !== null);
  const followed = consequences(failed, {
    folds: found.map(({ whole }) => whole),
    ended: new Set(found.filter(hasEnded).map(({ whole }) => whole)),
  });
  for (const result of failed) {
    if (followed.has(result)) continue;
    for (const own of ownCause(result))
      if (result.edges.some(isDeniedStill)) addDenied(own);
      else causes.push(own);
  }
  const addLater = (edges: Edge[], cause: Omit<Cause, 'clauses'>, following?: readonly ClauseResult[]): void =>
    add(edges, sinceLater(edges, { cause, died }), following);
  for (const { edges, ...cause } of faults) addLater(edges, cause);
  const around = { ...options.around, sound, failing: folds.flatMap(({ edges }) => edges) };
  for (const { whole: one, parts } of found) {
    const edges = [...one.edges, ...one.besides];
    const { evidence = [], ...guessed } = guessCause(one, around);
    const following = failed.filter((result) => followed.get(result)?.has(one) ?? false);
    const consequence = following.flatMap((result) => result.evidence);
    const cause = { ...guessed, evidence: [...parts.map(describeFold), ...evidence, ...consequence] };
    // What a kernel says is known; since when it fails is not what it is.
    const ended = evidence.length > 0 ? null : earliest(parts.flatMap((part) => ends.get(part) ?? []));
    if (ended === null) addLater(edges, cause, following);
    else add(edges, withFlowsEnded(cause, { fold: one, ended }), following);
  }
  if (rest.length > 0) addLater(rest, unexplained(rest));
  const clauses = results.map((result) =>
    withCause(
      followed.has(result) ? { ...result, likelyCause: null, lookWith: null } : result,
      diagnosed.get(result) ?? [],
    ),
  );
  return { clauses, causes: merged(causes) };
}

/**
 * Of each dial that failed the clauses that it fails, in order. Where several clauses judge one dial alike it is one edge: counted twice, what strikes at random
 * seemed to strike twice as often as there were dials, and one masquerade of one flow in eight was told port by port.
 */
function ownersOf(failed: readonly ClauseResult[], isBroken: (edge: Edge) => boolean): Map<Edge, ClauseResult[]> {
  const byContent = new Map<string, Edge>();
  const owners = new Map<Edge, ClauseResult[]>();
  for (const result of failed)
    for (const edge of result.edges.filter(isBroken)) {
      const content = JSON.stringify({ ...edge, detail: null });
      const one = byContent.get(content) ?? edge;
      byContent.set(content, one);
      owners.set(one, [...(owners.get(one) ?? []), result]);
    }
  return owners;
}

function describeDenied({ length }: readonly Edge[]): string[] {
  if (length === 0) return [];
  return [
    `${length} later ${length === 1 ? 'dial' : 'dials'} of the same pods, or flows that had been idle, failed, too`,
  ];
}

function unexplained(rest: Edge[]): Omit<Cause, 'clauses'> {
  return {
    likelyCause: `no common cause was found for ${rest.length} other ${rest.length === 1 ? 'dial' : 'dials'}`,
    evidence: [describeRest(rest)],
    lookWith: null,
  };
}

/** A clause that is about facts (ranges that overlap, a node that starts no pods) brings its own cause, which says more than edges do. */
function ownCause({ id, likelyCause, evidence, lookWith }: ClauseResult): Cause[] {
  return likelyCause === null ? [] : [{ likelyCause, evidence, lookWith, clauses: [id] }];
}

function withCause(result: ClauseResult, causes: Cause[]): ClauseResult {
  const [first] = causes;
  if (first === undefined) return result;
  return {
    ...result,
    evidence: [...new Set([...result.evidence, ...causes.flatMap((cause) => cause.evidence)])],
    likelyCause: result.likelyCause ?? causes.map((cause) => cause.likelyCause).join('; '),
    lookWith: result.lookWith ?? first.lookWith,
  };
}

function merged(causes: Cause[]): Cause[] {
  const byText = new Map<string, Cause>();
  for (const cause of causes) {
    const known = byText.get(cause.likelyCause);
    if (known === undefined) byText.set(cause.likelyCause, cause);
    else
      byText.set(cause.likelyCause, {
        ...known,
        evidence: [...new Set([...known.evidence, ...cause.evidence])],
        clauses: [...new Set([...known.clauses, ...cause.clauses])],
      });
  }
  return [...byText.values()];
}
