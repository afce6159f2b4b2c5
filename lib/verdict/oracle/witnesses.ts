import type { Probe } from '../../cluster/model.ts';
import { idOf, type Dialled, type Exchanged } from '../../mesh/dialled.ts';
import { sourceAddressKept, untranslated, type Expectation } from './expectation.ts';
import { judge } from './oracle.ts';
import { judgeDial } from './problems.ts';
import { isTranslation, type ClauseResult, type Edge, type EdgeProblem } from '../run.ts';

/**
 * What a promise requires of every dial between such probes, whichever clause made it: that nothing is translated which it expects to be
 * kept. Other clauses judge whether their own dials are answered: the cause may be their ports, their size, or their age. Rechecks are
 * like the promise's own dials, and nobody else judges them.
 */
export interface Concern {
  from: Probe['kind'];
  to: Probe['kind'];
  where?: 'same node' | 'across nodes';
  /** Through Services, which only pods' dials are about; left out: at the probes' own addresses. */
  through?: 'ClusterIPs';
  expectation: Expectation;
  /** It promises that these are answered as well: a recheck has to meet the whole expectation. */
  delivery?: true;
  /** That of rechecks as large as a packet may be; left out: of those of a few bytes. */
  large?: true;
}

/** What dials of a run show apart from what their own clauses ask. */
export interface Witnesses {
  /** Examines the dials of an exchange; those that it has seen before count once. */
  see: (exchanged: Exchanged) => void;
  /** The result including what other clauses' dials show about its promise; unchanged where they show nothing. */
  heard: (result: ClauseResult, concerns: readonly Concern[]) => ClauseResult;
  /** Rechecks as large as a packet may be that broke no promise. */
  passed: () => Edge[];
}

/** More broken dials of a kind than this prove nothing more. */
const keptAtMost = 5_000;
/** The same of rechecks, of each kind and with the same problems: each promise that one breaks is broken by those that are kept. */
const rechecksKeptAtMost = 1_000;

/** Nothing has been seen yet. */
export function newWitnesses(): Witnesses {
  const seen = new WeakSet<Dialled>();
  const counts = new Map<string, number>();
  const broken = new Map<string, Dialled[]>();
  const rechecks = new Map<string, Dialled[]>();
  const passed: Dialled[] = [];
  const keep = (dial: Dialled, { kind, problems }: { kind: string; problems: readonly EdgeProblem[] }): void => {
    if (isRecheck(dial)) keepIn(rechecks, `${kind} ${problems.join(' ')}`, { dial, atMost: rechecksKeptAtMost });
    else keepIn(broken, kind, { dial, atMost: keptAtMost });
  };
  return {
    see: ({ dialled }) => {
      for (const dial of dialled) {
        const kind = kindOf(dial);
        if (kind === null || !isTelling(dial) || seen.has(dial)) continue;
        seen.add(dial);
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        const problems = problemsOf(dial, strictestFor(dial));
        if (problems.length > 0) keep(dial, { kind, problems });
        else if (isLargeAndArrived(dial) && passed.length < rechecksKeptAtMost) passed.push(dial);
      }
    },
    heard: (result, concerns) => {
      // A recheck that fails excused a Service because it is told here.
      const told = [
        ...(result.verdict === 'not applicable' ? [] : [...broken.values()].flat()),
        ...[...rechecks.values()].flat(),
      ];
      if (told.length === 0 || concerns.length === 0) return result;
      const own = new Set(result.edges.map(({ id }) => id));
      const edges = concerns.flatMap((concern) =>
        told
          .filter((dial) => isOfKind(dial, concern) && !own.has(idOf(dial)))
          .flatMap((dial) => brokenEdge(dial, concern)),
      );
      const all = concerns.flatMap(kindsOf).reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0);
      return edges.length === 0 ? result : withThem(result, edges, Math.max(edges.length, all - own.size));
    },
    passed: () => passed.map((dial) => judge(dial, strictestFor(dial).expectation).edge),
  };
}

function keepIn(lists: Map<string, Dialled[]>, key: string, { dial, atMost }: { dial: Dialled; atMost: number }): void {
  const kept = lists.get(key) ?? [];
  lists.set(key, kept);
  if (kept.length < atMost) kept.push(dial);
}

/** Whether a recheck breaks one of these promises. */
export function breaksAny(dial: Dialled, concerns: readonly Concern[]): boolean {
  return concerns.some(
    (concern) => isOfKind(dial, concern) && isForDelivery(dial, concern) && problemsOf(dial, concern).length > 0,
  );
}

/** Whatever breaks any promise breaks this one. */
function strictestFor({ size, to }: Dialled): Pick<Concern, 'expectation' | 'delivery' | 'large'> {
  if (to.via !== null) return { expectation: sourceAddressKept };
  return { expectation: untranslated, delivery: true, ...(size === undefined ? {} : { large: true }) };
}

/** Delivered, so that both ends tell what they saw; or a recheck. */
function isTelling(dial: Dialled): boolean {
  return dial.record?.outcome === 'delivered' || isRecheck(dial);
}

/** As the flat network's own dials are made, and those of sizes: what fails otherwise may fail for its port or its age, or under a policy. */
function isRecheck(dial: Dialled): boolean {
  const { recheck, to, protocol, port, sourcePort, hold, over, under } = dial;
  const isPlain = [sourcePort, hold, over, under].every((one) => one === undefined);
  return recheck === true && to.via === null && isPlain && port === to.ports[protocol];
}

function isLargeAndArrived(dial: Dialled): boolean {
  return (
    dial.size !== undefined && dial.inconclusive === null && isRecheck(dial) && dial.record?.outcome === 'delivered'
  );
}

/** Whether it is a recheck of what is promised to be answered. */
function isForDelivery(dial: Dialled, { delivery, large }: Pick<Concern, 'delivery' | 'large'>): boolean {
  return delivery === true && isRecheck(dial) && (dial.size !== undefined) === (large === true);
}

/** What of it breaks the promise. */
function problemsOf(dial: Dialled, concern: Pick<Concern, 'expectation' | 'delivery' | 'large'>): EdgeProblem[] {
  const { problems } = judgeDial(dial, concern.expectation);
  if (isForDelivery(dial, concern)) return problems.filter((problem) => problem !== 'inconclusive');
  return problems.filter(isTranslation);
}

/** The dial as an edge, where something of it breaks the promise. */
function brokenEdge(dial: Dialled, concern: Concern): Edge[] {
  const problems = problemsOf(dial, concern);
  return problems.length === 0 ? [] : [{ ...judge(dial, concern.expectation).edge, problems }];
}

function withThem(result: ClauseResult, edges: Edge[], of: number): ClauseResult {
  const words = [...Map.groupBy(edges, ({ problems }) => problems[0])].map(
    ([problem, { length }]) => `${length} ${problem}`,
  );
  return {
    ...result,
    verdict: result.level === 'INFO' ? result.verdict : 'fail',
    seen: `${result.seen}; of ${of} dials of other clauses on such ways ${words.join(', ')}`,
    edges: [...result.edges, ...edges],
    reason: result.level === 'INFO' ? result.reason : null,
  };
}

function isOfKind(dial: Dialled, concern: Concern): boolean {
  const kind = kindOf(dial);
  return kind !== null && kindsOf(concern).includes(kind);
}

/** null: no promise is about such dials, beyond that of the clause that makes them. Through a Service what nodes send may be translated, and what may come back to the dialler itself has to be; what pods send to nodes, where it is without one. */
function kindOf({ from, to }: Pick<Dialled, 'from' | 'to'>): string | null {
  if (to.via !== null) {
    const isPromised = from.kind === 'pod' && to.via.kind === 'ClusterIP' && !to.mayAnswer.has(from.uid);
    return isPromised && to.responders.every(({ kind }) => kind === 'pod') ? 'pod through ClusterIPs' : null;
  }
  const where = from.uid === to.id ? 'itself' : from.node === to.node ? 'same node' : 'across nodes';
  return `${from.kind} ${to.responders[0]?.kind ?? 'nobody'} ${where}`;
}

function kindsOf({ from, to, where, through }: Concern): string[] {
  if (through !== undefined) return [`${from} through ${through}`];
  const all = where === undefined ? ['same node', 'across nodes'] : [where];
  return all.map((one) => `${from} ${to} ${one}`);
}
