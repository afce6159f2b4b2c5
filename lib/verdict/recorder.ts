import { AsyncLocalStorage } from 'node:async_hooks';
import { nothingLeftOut } from '../facts/facts.ts';
import { messageOf } from '../message-of.ts';
import { deadlineOf, type ClauseMetadata } from './clause.ts';
import { identityOf, type Measurement } from './measurement.ts';
import { distinct, type Judgement } from './oracle/judgement.ts';
import type { ClauseResult, ClauseVerdict, Edge } from './run.ts';

/** Judgements of a clause's body, however late, belong to that clause; those after its end belong to none. */
const running = new AsyncLocalStorage<{ judgements: Judgement[]; ended: boolean }>();

/** The outcome of a clause: its result, and what its run keeps in addition. */
export interface Taken {
  result: ClauseResult;
  /** Edges that are sound in every respect. */
  sound: Edge[];
  /** It found something to act on. */
  isFinding: boolean;
}

/** Records a judgement for the running clause. False when none is running. */
export function record(judgement: Judgement): boolean {
  const clause = running.getStore();
  if (clause?.ended === false) clause.judgements.push(judgement);
  return clause !== undefined;
}

/** Whether the clause that this is done for has ended: it goes on where its time was over. False where it is done for none. */
export function isClauseOver(): boolean {
  return running.getStore()?.ended === true;
}

/** The result of a selected clause that never ended: without it a promise would silently go missing. */
export function neverSettled({ id, level, promise }: ClauseMetadata): ClauseResult {
  return resultOf({ id, level, promise }, { mine: [], thrown: 'the clause was not carried out', durationMs: 0 });
}

/** Runs a clause's body and makes one result from its judgements. An exception in it is inconclusive: it says nothing about the network. */
export async function takeResult(metadata: ClauseMetadata, body: () => Promise<void>): Promise<Taken> {
  const started = performance.now();
  const mine: Judgement[] = [];
  const clause = { judgements: mine, ended: false };
  let thrown: string | null = null;
  try {
    await withDeadline(running.run(clause, body), deadlineOf(metadata));
    if (mine.length === 0) thrown = 'the clause judged nothing';
  } catch (error) {
    thrown = messageOf(error);
  }
  clause.ended = true;
  return {
    result: resultOf(metadata, { mine, thrown, durationMs: performance.now() - started }),
    sound: mine.flatMap((judgement) => judgement.sound),
    isFinding: mine.some((judgement) => judgement.finding),
  };
}

async function withDeadline(work: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the clause did not end within ${deadlineMs / 1000} s`)), deadlineMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function resultOf(
  { id, level, promise }: ClauseMetadata,
  { mine, thrown, durationMs }: { mine: Judgement[]; thrown: string | null; durationMs: number },
): ClauseResult {
  const applicable = mine.filter((judgement) => judgement.notApplicable === null);
  const verdict = verdictOf({ level, applicable, thrown });
  const telling = verdict === 'fail' ? applicable.filter((judgement) => isBroken(judgement)) : applicable;
  const edges = applicable.flatMap((judgement) => judgement.edges);
  const unanswered = applicable.flatMap((judgement) => judgement.unanswered ?? []);
  const reasons = [thrown, ...applicable.map((judgement) => judgement.inconclusive)];
  return {
    id,
    level,
    promise,
    verdict,
    durationMs: Math.round(durationMs),
    expected: distinct(telling.map((judgement) => judgement.expected)).join('; '),
    seen: telling.map((judgement) => judgement.seen).join('; '),
    exchanged: { dials: edges.length, edges: new Set(edges.map(pairOf)).size },
    edges,
    edgesOmitted: 0,
    ...(unanswered.length === 0 ? {} : { unanswered }),
    evidence: mine.flatMap((judgement) => judgement.evidence),
    likelyCause: distinct(mine.flatMap((judgement) => judgement.likelyCause ?? [])).join('; ') || null,
    lookWith: mine.find((judgement) => judgement.lookWith !== null)?.lookWith ?? null,
    reason: reasonFor(verdict, { reasons, mine }),
    measurements: eachOnce(mine.flatMap((judgement) => judgement.measurements)),
  };
}

function verdictOf(found: {
  level: ClauseMetadata['level'];
  applicable: Judgement[];
  thrown: string | null;
}): ClauseVerdict {
  const { level, applicable, thrown } = found;
  if (level !== 'INFO' && applicable.some(isBroken)) return 'fail';
  if (thrown !== null || applicable.some((judgement) => judgement.inconclusive !== null)) return 'inconclusive';
  return applicable.length === 0 ? 'not applicable' : 'pass';
}

function isBroken(judgement: Judgement): boolean {
  return !judgement.kept && judgement.inconclusive === null && judgement.notApplicable === null;
}

function reasonFor(verdict: ClauseVerdict, found: { reasons: (string | null)[]; mine: Judgement[] }): string | null {
  if (verdict === 'inconclusive') return distinct(found.reasons.flatMap((reason) => reason ?? [])).join('; ');
  if (verdict === 'not applicable') {
    const all = distinct(found.mine.flatMap(({ notApplicable }) => notApplicable ?? []));
    const telling = all.filter((reason) => reason !== nothingLeftOut);
    return (telling.length > 0 ? telling : all).join('; ');
  }
  return null;
}

/** Two judgements of one exchange have the same measurements. */
function eachOnce(measurements: Measurement[]): Measurement[] {
  return [...new Map(measurements.map((one) => [identityOf(one), one])).values()];
}

function pairOf(edge: Edge): string {
  const { from, to } = edge;
  return [from.node, from.probe, to.node, to.probe, to.via?.service, to.via?.kind, to.via?.node].join(' ');
}
