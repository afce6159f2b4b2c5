import type { Need } from './needs.ts';
import type { Level } from './run.ts';
import type { Session } from './session.ts';
import type { Slowness } from '../cluster/model.ts';
import type { Concern } from './oracle/witnesses.ts';

export interface ClauseMetadata {
  /** The path of its file below specs/, without the ending; the command line selects by it. */
  id: string;
  level: Level;
  /** The sentence that is checked; a MUST quotes the network model. */
  promise: string;
  /** What it needs besides probes that dial each other; permissions, created objects and announcements follow from it. */
  needs?: readonly Need[];
  /** What it asks of other clauses' dials, those made after it included. */
  concerns?: readonly Concern[];
  /** How long it may take; left out: 180 s, and 300 s where policies are tried. */
  deadlineMs?: number;
}

/** One act of traffic and one expectation. */
export type ClauseBody = (session: Session) => Promise<void>;

/** A promise, and how it is checked. Nothing is registered anywhere: a spec exports its clause, and a run executes it. */
export interface Clause extends ClauseMetadata {
  body: ClauseBody;
}

/** The limit for a clause that sets none: one that hangs is inconclusive, and the run goes on. */
const usualDeadlineMs = 180_000;
/** --policies full took 3 min 41 s on Cilium, most of it for pods that got other labels, or whose namespace did. */
const policiesDeadlineMs = 480_000;

/** What a spec exports by default. */
export function clause(metadata: ClauseMetadata, body: ClauseBody): Clause {
  return { ...metadata, body };
}

/** Requests that a clause with such a need makes one after the other, at most: admission may take 30 s for each. */
const writesInTurn: Partial<Record<Need, number>> = {
  services: 12,
  'further services': 12,
  latency: 12,
  load: 12,
  'moved pod': 3,
  policies: 40,
};
/** Rollouts of more pods that a clause with such a need waits for. */
const rolloutsInTurn: Partial<Record<Need, number>> = { 'fresh pods': 1, policies: 2 };
/** Whoever answers sooner needs no more time than usual. */
const slowWriteMs = 2_000;

/** How long this clause may take; longer on a cluster that lets objects in slowly. */
export function deadlineOf(
  { deadlineMs, needs = [] }: Pick<ClauseMetadata, 'deadlineMs' | 'needs'>,
  { letInMs, writeMs }: Slowness = { letInMs: 0, writeMs: 0 },
): number {
  const usualMs = deadlineMs ?? (needs.includes('policies') ? policiesDeadlineMs : usualDeadlineMs);
  const most = (times: Partial<Record<Need, number>>): number => Math.max(0, ...needs.map((need) => times[need] ?? 0));
  return usualMs + most(rolloutsInTurn) * letInMs + (writeMs < slowWriteMs ? 0 : most(writesInTurn) * writeMs);
}
