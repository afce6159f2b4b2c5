import { explainViolation } from '../../diagnosis/violations.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Exchanged, Lag } from '../../mesh/dialled.ts';
import { measurementOf, type Measurement } from '../measurement.ts';
import type { Edge } from '../run.ts';
import { expectedOf, type Expectation } from './expectation.ts';
import { judge } from './oracle.ts';

/** What one assertion found. A clause's verdict is made of its judgements. */
export interface Judgement {
  expected: string;
  seen: string;
  /** false: the promise is broken. An inconclusive judgement is neither kept nor broken. */
  kept: boolean;
  inconclusive: string | null;
  notApplicable: string | null;
  edges: Edge[];
  /** Of these edges, the ones that are sound in every respect, also in those that this promise does not ask for. */
  sound: Edge[];
  /** Ways to a Service on which questions got no answer; left out: none. */
  unanswered?: NonNullable<Facts['unanswered']>;
  evidence: string[];
  likelyCause: string | null;
  lookWith: string | null;
  /** An INFO clause found something that its reader should act on. */
  finding: boolean;
  measurements: Measurement[];
}

/** Holds all dials of an exchange against one expectation. */
export function judgeExchange(exchanged: Exchanged, expectation: Expectation): Judgement {
  const judged = exchanged.dialled.map((dial) => judge(dial, expectation));
  const edges = judged.map(({ edge }) => edge);
  const sound = judged.filter((one) => one.isSound).map(({ edge }) => edge);
  const broken = edges.filter((edge) => edge.problems.length > 0 && edge.outcome !== 'inconclusive');
  const unclear = edges.filter((edge) => edge.outcome === 'inconclusive');
  const doubts = [...(unclear.length > 0 ? [reasonsOf(unclear)] : []), ...exchanged.lacking];
  return {
    expected: expectedOf(expectation, { throughServices: exchanged.dialled.some(({ to }) => to.via !== null) }),
    seen: countsOf(edges) + leftOutWords(exchanged),
    kept: broken.length === 0 && doubts.length === 0 && edges.length > 0,
    inconclusive: broken.length === 0 && doubts.length > 0 ? doubts.join('; ') : null,
    notApplicable: exchanged.nothingToDial,
    edges,
    sound,
    evidence: [],
    likelyCause: null,
    lookWith: null,
    finding: false,
    measurements: exchanged.lags.map(lagOf),
  };
}

/** Judges facts: kept when nothing contradicts the promise. A violation's cause is told at once: no other clause knows more. */
export function judgeFacts(facts: Facts): Judgement {
  const { violations, dials = [] } = facts;
  const causes = violations.flatMap((violation) => explainViolation(violation) ?? []);
  const inconclusive = violations.length === 0 ? (facts.inconclusive ?? null) : null;
  return {
    expected: facts.expected,
    seen: facts.seen,
    kept: violations.length === 0 && inconclusive === null,
    inconclusive,
    notApplicable: facts.notApplicable ?? null,
    edges: dials.flatMap(({ dialled, expectation }) => dialled.map((dial) => judge(dial, expectation).edge)),
    sound: [],
    ...(facts.unanswered === undefined ? {} : { unanswered: facts.unanswered }),
    evidence: [...violations.map((violation) => violation.evidence), ...(facts.remarks ?? [])],
    likelyCause: distinct(causes.map(({ likelyCause }) => likelyCause)).join('; ') || null,
    lookWith: causes[0]?.lookWith ?? null,
    finding: facts.finding ?? false,
    measurements: facts.measurements ?? [],
  };
}

/** It was dialled now and then: it answered at some moment between the two. */
function lagOf({ probe: { node }, failedMs, answeredMs }: Lag): Measurement {
  const bounds = { lower: failedMs, upper: answeredMs, level: 1 };
  return measurementOf('pods/answered-after', { node }, { estimate: answeredMs, ...bounds });
}

function leftOutWords({ pairsLeftOut }: Exchanged): string {
  return pairsLeftOut === 0 ? '' : `; ${pairsLeftOut} pairs were left out, evenly spread, because there are too many`;
}

/** "24 dials: 18 kept, 4 timeout, 2 source address translated". */
function countsOf(edges: Edge[]): string {
  const counts = new Map<string, number>();
  for (const edge of edges) {
    const word = edge.problems[0] ?? 'kept';
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const list = [...counts].toSorted(([one], [other]) => Number(other === 'kept') - Number(one === 'kept'));
  return `${edges.length} dials: ${list.map(([word, count]) => `${count} ${word}`).join(', ')}`;
}

function reasonsOf(edges: Edge[]): string {
  const reasons = distinct(edges.map((edge) => edge.detail ?? 'no reply'));
  const more = reasons.length > 3 ? `; and ${reasons.length - 3} more reasons` : '';
  return `${edges.length} dials say nothing: ${reasons.slice(0, 3).join('; ')}${more}`;
}

/** Each text once, in the order in which they came. */
export function distinct(texts: string[]): string[] {
  return [...new Set(texts)];
}
