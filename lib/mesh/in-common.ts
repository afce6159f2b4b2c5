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
  /** Since the run began. */
  fromMs: number;
  toMs: number;
  /** Of the dials of that time from and to these nodes, and of all others, how many failed at first. */
  there: Proportion;
  elsewhere: Proportion;
}

/** Counts a dial, once it is decided. */
export function noteMoment(dial: Dialled, moments: Moments): void {
  if (dial.dialledMs === undefined || dial.rounds[0]?.outcome === 'inconclusive') return;
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
/** A stray one may have failed for another reason. */
const nearlyAll = 0.9;
/** No more than this share of what failed there failed elsewhere. */
const elsewhereAtMost = 0.1;
const level = 0.999;

/**
 * The node that dials which failed at first have in common, while those of other nodes were answered at the same time: the load was shared. null where there is none,
 * or too little was dialled elsewhere to tell.
 */
export function inCommon(late: readonly Dialled[], moments: Moments): InCommon | null {
  const times = late.flatMap(({ dialledMs }) => dialledMs ?? []);
  if (times.length < atLeast) return null;
  const [fromMs, toMs] = [Math.min(...times), Math.max(...times)];
  const at = [...moments]
    .filter(([second]) => second >= Math.floor(fromMs / 1_000) && second <= Math.floor(toMs / 1_000))
    .map(([, moment]) => moment);
  const candidates = [...new Set(late.flatMap(nodesOf))].filter(
    (node) => late.filter((dial) => nodesOf(dial).includes(node)).length >= nearlyAll * late.length,
  );
  const all = sum(at.map((moment) => moment.all));
  const told = candidates.flatMap((node) => {
    const there = sum(at.flatMap(({ byNode }) => byNode.get(node) ?? []));
    const elsewhere = { hits: all.hits - there.hits, trials: all.trials - there.trials };
    return areApart(there, elsewhere) ? [{ node, there, elsewhere }] : [];
  });
  const [first] = told;
  if (first === undefined) return null;
  const { there, elsewhere } = first;
  return { nodes: told.map(({ node }) => node).toSorted(), fromMs, toMs, there, elsewhere };
}

function areApart(there: Proportion, elsewhere: Proportion): boolean {
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
