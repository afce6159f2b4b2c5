import { proportionDifference, type Proportion } from '../statistics/newcombe.ts';
import { nodesAt } from './destination.ts';
import type { Dialled } from './dialled.ts';

/** Dials of one second of the run, and how many of them were not answered in full at first. */
interface Moment {
  all: Proportion;
  /** By node that they certainly or possibly went through. */
  byNode: Map<string, Proportion>;
}

/** By second of the run. */
export type Moments = Map<number, Moment>;

/** What dials that failed at first have in common, and others of the same time have not. */
export interface InCommon {
  /** One; or two where all are between them. */
  nodes: string[];
  /** How many of those that failed at first have them in common. */
  dials: number;
  /** When nearly all of these were dialled, since the run began. */
  fromMs: number;
  toMs: number;
  /** Of the dials of that time from and to these nodes, and of all others, how many failed at first. */
  there: Proportion;
  elsewhere: Proportion;
}

/** Counts a dial, once it is decided. */
export function noteMoment(dial: Dialled, moments: Moments): void {
  // What policies forbid is asked once, whatever comes of it.
  if (dial.dialledMs === undefined || dial.rounds[0]?.outcome === 'inconclusive' || dial.under !== undefined) return;
  const second = Math.floor(dial.dialledMs / 1_000);
  const moment = moments.get(second) ?? { all: none(), byNode: new Map<string, Proportion>() };
  moments.set(second, moment);
  const hits = dial.rounds.length > 1 || dial.standsWith > 0 ? 1 : 0;
  const count = (some: Proportion): Proportion => ({ hits: some.hits + hits, trials: some.trials + 1 });
  moment.all = count(moment.all);
  for (const node of nodesOf(dial)) moment.byNode.set(node, count(moment.byNode.get(node) ?? none()));
}

/** Of fewer, two or three starved probes are as likely. */
const atLeast = 10;
/** No more than this share of what failed there failed elsewhere. */
const elsewhereAtMost = 0.1;
const level = 0.999;
/** What failed at some other time, at either end, is none of it. */
const strays = 0.05;

/**
 * The node that dials which failed at first have in common, while those of other nodes were answered at the same time: the load was shared. null where there is none,
 * or too little was dialled elsewhere to tell.
 */
export function inCommon(late: readonly Dialled[], moments: Moments): InCommon | null {
  const timed = late.filter(({ dialledMs, under }) => dialledMs !== undefined && under === undefined);
  const byNode = new Map<string, Set<Dialled>>();
  for (const dial of timed)
    for (const node of nodesOf(dial)) byNode.set(node, (byNode.get(node) ?? new Set()).add(dial));
  const told = [...byNode].flatMap(([node, dials]) => {
    const time = timeOf(dials);
    const compared = { ...time, ...compare(node, { ...time, moments }) };
    return dials.size >= atLeast && areApart(compared) ? [{ node, dials, ...compared }] : [];
  });
  const [first] = told.toSorted((one, other) => other.dials.size - one.dials.size);
  if (first === undefined) return null;
  // Of what is between two of them, each is in common.
  const { dials, fromMs, toMs, there, elsewhere } = first;
  const same = told.filter((one) => one.dials.symmetricDifference(dials).size === 0);
  // A Service with pods on many nodes has all of these in common.
  if (same.length > 2) return null;
  return {
    nodes: same.map(({ node }) => node).toSorted(),
    dials: dials.size,
    fromMs,
    toMs,
    there,
    elsewhere,
  };
}

function timeOf(dials: ReadonlySet<Dialled>): { fromMs: number; toMs: number } {
  const times = [...dials].flatMap(({ dialledMs }) => dialledMs ?? []).toSorted((one, other) => one - other);
  const stray = Math.floor(strays * times.length);
  return { fromMs: times[stray] ?? 0, toMs: times.at(-1 - stray) ?? 0 };
}

function compare(
  node: string,
  { fromMs, toMs, moments }: { fromMs: number; toMs: number; moments: Moments },
): { there: Proportion; elsewhere: Proportion } {
  const at = [...moments].flatMap(([second, moment]) =>
    second >= Math.floor(fromMs / 1_000) && second <= Math.floor(toMs / 1_000) ? moment : [],
  );
  const all = sum(at.map((moment) => moment.all));
  const there = sum(at.flatMap(({ byNode }) => byNode.get(node) ?? []));
  return { there, elsewhere: { hits: all.hits - there.hits, trials: all.trials - there.trials } };
}

function areApart({ there, elsewhere }: { there: Proportion; elsewhere: Proportion }): boolean {
  if (elsewhere.trials < atLeast) return false;
  const isRarer = elsewhere.hits / elsewhere.trials <= (elsewhereAtMost * there.hits) / there.trials;
  return isRarer && proportionDifference(there, { minus: elsewhere, level }).lower > 0;
}

/** Which pod of a Service a dial was for is not known where it failed: it may have been any. */
function nodesOf({ from, to }: Pick<Dialled, 'from' | 'to'>): string[] {
  return [...new Set([from.node, ...nodesAt(to), ...to.responders.map(({ node }) => node)])];
}

function none(): Proportion {
  return { hits: 0, trials: 0 };
}

function sum(some: readonly Proportion[]): Proportion {
  return some.reduce((one, other) => ({ hits: one.hits + other.hits, trials: one.trials + other.trials }), none());
}
