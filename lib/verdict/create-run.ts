/** A run in progress. Two of them in one process are independent. */
import type { OnNote, RequestCount, Survey } from '../cluster/model.ts';
import type { NodeEvidence } from '../evidence/node-evidence.ts';
import type { AtTheEnd } from '../mesh/rounds/at-the-end.ts';
import type { Destination } from '../mesh/destination.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import { createTraffic, type Traffic } from '../mesh/traffic.ts';
import { newAttachments, type Attachments } from './attachments.ts';
import type { Clause, ClauseMetadata } from './clause.ts';
import { toldTogether, type Note } from './notes.ts';
import { newPhases, type Phases } from './phases.ts';
import { takeResult } from './recorder.ts';
import type { ClauseResult, ClauseVerdict, Edge } from './run.ts';
import type { Session } from './session.ts';
import { breaksAny, newWitnesses, type Concern } from './oracle/witnesses.ts';
import { newSharedWork, type SharedWork } from './shared-work.ts';

/** What is known about the cluster so far; filled in step by step, so that a run that is cut short still reports. */
export interface Known {
  requests: RequestCount | null;
  survey: Survey | null;
  namespace: string | null;
  /** Of the session that was opened. */
  families: Session['families'];
  proxyModes: Session['proxyModes'];
  missing: Session['missing'];
  nodes: Session['nodes'];
  /** Asked once something had failed. */
  evidence: readonly NodeEvidence[];
}

/** "node-1", "pod-a". */
interface Pod {
  node: string;
  probe: string;
}

export interface OngoingRun extends Attachments, SharedWork {
  phases: Phases;
  /** What its exchanges share. */
  traffic: Traffic;
  known: Known;
  /** Keeps a line for the report: a skipped node, a stream that was reopened, a leftover that was removed. */
  note: OnNote;
  notes: () => string[];
  /** What clauses work with from now on; null: nothing any more. */
  openSession: (session: Session | null) => void;
  /** Counts dials for all promises that they bear on, not only for those that they were made for. */
  saw: (exchanged: Exchanged) => void;
  /** Whether a MUST clause of this run fails for this recheck: see `Concern`. */
  breaksPromise: (recheck: Dialled) => boolean;
  /** Runs one clause with the open session, and keeps what it found. */
  check: (clause: Clause) => Promise<ClauseResult>;
  /** Clauses whose verdict later dials changed. */
  changed: () => ClauseResult[];
  /** By Service, the pods that may answer there, of all that was dialled. */
  behind: () => ReadonlyMap<string, Pod[]>;
  /** Everything that clauses found so far; `findings`: ids of those that found something to act on. */
  recorded: () => { results: ClauseResult[]; sound: Edge[]; rechecked: Edge[]; findings: string[] };
  /** Records the result of dialling failing edges once more, by their ids. */
  endedWith: (told: ReadonlyMap<string, AtTheEnd>) => void;
}

/** A run without results. `onResult` is called with each clause's result as it ends. `clauses`: those that it will check. */
export function createRun({
  onResult,
  clauses = [],
}: { onResult?: (result: ClauseResult) => void; clauses?: readonly ClauseMetadata[] } = {}): OngoingRun {
  /** What each found by its own dials, and the verdict that was reported when it ended. */
  const results: { own: ClauseResult; told: ClauseVerdict }[] = [];
  const sound: Edge[] = [];
  const findings: string[] = [];
  const notes: Note[] = [];
  const known: Known = {
    requests: null,
    survey: null,
    namespace: null,
    families: [],
    proxyModes: {},
    missing: [],
    nodes: [],
    evidence: [],
  };
  const concerns = new Map<string, readonly Concern[]>();
  const promised = clauses.filter(({ level }) => level === 'MUST').flatMap((one) => one.concerns ?? []);
  const witnesses = newWitnesses();
  const behind = new Map<string, Pod[]>();
  const heard = (result: ClauseResult): ClauseResult => witnesses.heard(result, concerns.get(result.id) ?? []);
  let open: Session | null = null;
  let atTheEnd: ReadonlyMap<string, AtTheEnd> = new Map();
  return {
    ...newAttachments(),
    ...newSharedWork(),
    phases: newPhases(),
    traffic: createTraffic(),
    known,
    note: (text, happening) => void notes.push({ text, happening }),
    notes: () => toldTogether(notes),
    openSession: (session) => {
      open = session;
      if (session === null) return;
      const { families, proxyModes, missing, nodes } = session;
      Object.assign(known, { families, proxyModes, missing, nodes });
    },
    saw: (exchanged) => {
      witnesses.see(exchanged);
      for (const { to } of exchanged.dialled) if (to.via !== null) behind.set(to.via.service, podsAt(to));
    },
    breaksPromise: (dial) => breaksAny(dial, promised),
    behind: () => behind,
    check: async (clause) => {
      concerns.set(clause.id, clause.concerns ?? []);
      const taken = await takeResult(clause, async () => clause.body(orThrow(open)));
      const result = heard(taken.result);
      results.push({ own: taken.result, told: result.verdict });
      // One after the other: a mesh has more edges than a call may have arguments.
      for (const edge of taken.sound) sound.push(edge);
      if (taken.isFinding) findings.push(clause.id);
      onResult?.(result);
      return result;
    },
    changed: () =>
      results.flatMap(({ own, told }) => {
        const now = heard(own);
        return now.verdict === told ? [] : [now];
      }),
    recorded: () => ({
      results: results.map(({ own }) => withTheEnd(heard(own), atTheEnd)),
      sound: [...sound],
      rechecked: witnesses.passed(),
      findings: [...findings],
    }),
    endedWith: (told) => {
      atTheEnd = told;
    },
  };
}

function podsAt({ responders, mayAnswer }: Destination): Pod[] {
  return responders.filter(({ uid }) => mayAnswer.has(uid)).map(({ node, name }) => ({ node, probe: name }));
}

function withTheEnd(result: ClauseResult, atTheEnd: ReadonlyMap<string, AtTheEnd>): ClauseResult {
  if (atTheEnd.size === 0) return result;
  return { ...result, edges: result.edges.map((edge) => ({ ...edge, atTheEnd: atTheEnd.get(edge.id) ?? null })) };
}

function orThrow(session: Session | null): Session {
  if (session === null) throw new Error('no cluster is set up for the clause');
  return session;
}
