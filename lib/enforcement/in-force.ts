import { setTimeout as pause } from 'node:timers/promises';
import { nameOfDial, type Dialled, type Exchanged } from '../mesh/dialled.ts';
import type { Session } from '../verdict/session.ts';
import { planAgain } from './ways.ts';

/** When a change of policies was in force, ms since the API had accepted it: it was not yet at `notAtMs`, and was at `atMs`; null: not within the limit. */
export interface InForce {
  notAtMs: number;
  atMs: number | null;
}

/** Every implementation that was seen had a policy in force within 5 s, on busy machines too. Nothing is promised: the figure is told. */
export const usualLimitMs = 10_000;
/** A dial that is watched is answered within 0.4 s, or is not. */
const times = { dialTimeoutMs: 400, datagramTimeoutMs: 400, datagrams: 3 };
const everyMs = 50;

/** Dials these again and again, until each goes as is expected at the same time, or the limit is over. */
export async function untilInForce(
  session: Session,
  {
    dials,
    isForbidden,
    since,
    limitMs,
  }: {
    dials: readonly Dialled[];
    isForbidden: (dial: Dialled) => boolean;
    /** On the clock of `performance.now()`. */
    since: number;
    limitMs: number;
  },
): Promise<InForce> {
  let notAtMs = 0;
  for (;;) {
    const atMs = performance.now() - since;
    const plan = { ...planAgain(dials), ahead: true as const, times };
    const { dialled } = dials.length === 0 ? { dialled: [] } : await session.exchange(plan);
    if (dialled.every((dial) => isForbidden(dial) !== isAnswered(dial))) return { notAtMs, atMs };
    if (atMs > limitMs) return { notAtMs: atMs, atMs: null };
    notAtMs = atMs;
    await pause(everyMs);
  }
}

/**
 * Of the dials that a change turns round, the first of each way: to each pod from its own node and from another, and from each pod likewise.
 * A change reaches each node, and each pod, by itself.
 */
export function firstOfEachWay(turned: readonly Dialled[]): Dialled[] {
  const chosen = new Map<string, Dialled>();
  for (const dial of turned) {
    const where = dial.from.node === dial.to.node ? 'within' : 'across';
    for (const end of [`to ${dial.to.id}`, `from ${dial.from.uid}`]) {
      const way = `${end} ${where} ${dial.protocol} ${dial.family} ${dial.port}`;
      if (!chosen.has(way)) chosen.set(way, dial);
    }
  }
  return [...new Map([...chosen.values()].map((dial) => [nameOfDial(dial), dial])).values()];
}

/** Some of it was answered. */
export function isAnswered({ record, answered }: Dialled): boolean {
  return record?.outcome === 'delivered' || answered > 0;
}

/** An exchange with these dials of another in place of the same ones. */
export function withAgain(whole: Exchanged, again: Exchanged): Exchanged {
  const newer = new Map(again.dialled.map((dial) => [nameOfDial(dial), dial]));
  return { ...whole, dialled: whole.dialled.map((dial) => newer.get(nameOfDial(dial)) ?? dial) };
}
