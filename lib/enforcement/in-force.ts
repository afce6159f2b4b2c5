import { setTimeout as pause } from 'node:timers/promises';
import { nameOfDial, type Dialled, type Exchanged } from '../mesh/dialled.ts';
import { programmedWithinMs } from '../service-paths/own-services.ts';
import type { Session } from '../verdict/session.ts';
import { planAgain } from './ways.ts';

/** When a change of policies was in force, ms since the API had accepted it: it was not yet at `notAtMs`, and was at `atMs`; null: not within the limit. */
export interface InForce {
  notAtMs: number;
  atMs: number | null;
}

/** How long a change is given to be in force, ms. The API promises nothing of it: one that takes longer counts as ignored, one that takes less is measured. */
export interface Limits {
  usualMs: number;
  /** Where pods, or their namespace, get other labels with it. */
  relabelledMs: number;
  /** For new Services, until they are known everywhere. */
  servicesMs: number;
}

export const usualLimits: Limits = {
  // Every implementation that was seen had a policy in force within 5 s, on busy machines too.
  usualMs: 10_000,
  // Cilium 1.20 first gives such pods new identities: 6 to 33 s were seen, 35 s at most by its settings (identity-max-jitter 30 s, identity-change-grace-period 5 s).
  relabelledMs: 45_000,
  servicesMs: programmedWithinMs,
};

/** A dial that is watched is answered within 0.3 s, or is not. */
const times = { dialTimeoutMs: 300, datagramTimeoutMs: 300, datagrams: 3 };
/** A node may write its rules more than once for one change: it is in force when it was so often in a row. */
const inARow = 2;
const pauseMs = { first: 50, longest: 500, factor: 1.5 };

/** Dials these again and again, until all go as is expected, or the limit is over. Nothing to dial is in force at once. */
export async function untilInForce(
  session: Session,
  {
    dials,
    isForbidden,
    since,
    limitMs,
  }: {
    dials: readonly Dialled[];
    /** null: whatever becomes of it is right. */
    isForbidden: (dial: Dialled) => boolean | null;
    /** On the clock of `performance.now()`. */
    since: number;
    limitMs: number;
  },
): Promise<InForce> {
  if (dials.length === 0) return { notAtMs: 0, atMs: 0 };
  let notAtMs = 0;
  let good: number[] = [];
  for (let waitMs = pauseMs.first; ; waitMs = Math.min(waitMs * pauseMs.factor, pauseMs.longest)) {
    const atMs = performance.now() - since;
    const { dialled } = await session.exchange({ ...planAgain(dials), ahead: true, times });
    const isSo = dialled.every((dial) => isForbidden(dial) === null || isForbidden(dial) !== isAnswered(dial));
    good = isSo ? [...good, atMs] : [];
    if (good.length === inARow) return { notAtMs, atMs: good[0] ?? atMs };
    if (!isSo) notAtMs = atMs;
    if (atMs > limitMs) return { notAtMs, atMs: null };
    await pause(waitMs);
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
      const at = dial.port === dial.to.ports[dial.protocol] ? 'its own port' : 'another';
      const way = `${end} ${where} ${dial.protocol} ${dial.family} ${at}`;
      if (!chosen.has(way)) chosen.set(way, dial);
    }
  }
  return [...new Map([...chosen.values()].map((dial) => [nameOfDial(dial), dial])).values()];
}

/** Some of it was answered. */
export function isAnswered({ record, answered }: Dialled): boolean {
  return record?.outcome === 'delivered' || answered > 0;
}

/** The same, or it was received all the same, and its answer came too late. */
export function gotThrough(dial: Dialled): boolean {
  return isAnswered(dial) || dial.lostLeg === 'reply';
}

/** An exchange with dials of another in place of the same ones, as far as they are `of` these: what is planned again is more. */
export function withAgain(whole: Exchanged, again: Exchanged, { of }: { of: readonly Dialled[] }): Exchanged {
  const names = new Set(of.map(nameOfDial));
  const newer = new Map(
    again.dialled.map((dial): [string, Dialled] => [nameOfDial(dial), dial]).filter(([name]) => names.has(name)),
  );
  return { ...whole, dialled: whole.dialled.map((dial) => newer.get(nameOfDial(dial)) ?? dial) };
}
