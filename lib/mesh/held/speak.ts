import type { Dialled, Exchanged, PlannedDial } from '../dialled.ts';
import { askResponders } from '../rounds/ask-responders.ts';
import { calmRound } from '../rounds/calm.ts';
import { firstRound } from '../rounds/first.ts';
import { isSound } from '../rounds/merge.ts';
import { askOtherPorts } from '../rounds/other-ports.ts';
import { stretched } from '../stretched.ts';
import { defaultTimes, heldTimes, type ExchangeTimes } from '../times.ts';
import type { Traffic } from '../traffic.ts';
import { mayBeForgotten, speakFirst, type OverHeld } from './spoken-first.ts';
import { mayBeTranslatedBack } from './translating.ts';

/**
 * Dials over flows that were left open, and closes them; over half of them the responder speaks first. Where nothing comes back, the same is dialled
 * on a new flow, calmly: where that works, the idle flow was forgotten; where it does not, the path is broken, and that is reported.
 */
export async function speakOver(
  { dialled: opened, ...about }: Exchanged,
  traffic: Traffic,
  usual: ExchangeTimes = { ...defaultTimes, ...heldTimes },
): Promise<Exchanged> {
  const startedAt = performance.now();
  const times = stretched(usual, traffic.roundTrips.longestMs);
  const held = heldAmong(opened, traffic).filter((one) => !mayBeForgotten(one, one.idleMs));
  const { unasked, afterMs } = await speakFirst(held, { times, governor: traffic.governor });
  const byOver = new Map(
    held.map((one) => [one.flow.nonce, { ...one, toldMs: one.idleMs + (afterMs.get(one.dial) ?? 0) }]),
  );
  const asked = held.map(({ dial }) => dial).filter((dial) => !unasked.has(dial));
  const found = await firstRound(
    Map.groupBy(asked, ({ from }) => from),
    { ...traffic, times },
  );
  const spoken = [...found, ...unasked.values()].filter((dial) => !isLostByRight(dial, byOver));
  const silent = spoken.filter((dial) => dial.inconclusive === null && dial.record?.outcome !== 'delivered');
  await askResponders(silent, {
    times,
    dropsBefore: traffic.dropsBefore,
    sinceMs: performance.now() - startedAt,
  });
  const fresh = await dialledAnew(silent, { times, traffic });
  const dialled = spoken.map((dial) => fresh.get(dial) ?? dial);
  // A kernel that has forgotten an idle flow of UDP tracks it anew, and may have given its port away meanwhile.
  const excused = await askOtherPorts(dialled, { times, newNonce: traffic.newNonce });
  traffic.found.dials += spoken.length;
  traffic.found.portsChangedOnce.push(...excused);
  return {
    ...about,
    dialled,
    nothingToDial: spoken.length === 0 ? (about.nothingToDial ?? 'no flow could be opened') : null,
    durationMs: performance.now() - startedAt,
  };
}

/** A dial over each flow that is held, and for how long that was idle at most. */
function heldAmong(
  opened: readonly Dialled[],
  { newNonce, beganAt, found }: Traffic,
): (OverHeld & { idleMs: number })[] {
  const now = performance.now();
  return opened.flatMap(({ heldAs: flow, ...dial }) => {
    // Whoever answers there unbidden is not told to speak; the dialler speaks to him over the other flow.
    if (flow === undefined || (dial.first === 'responder' && !dial.to.mayAnswer.has(flow.view.who.uid))) return [];
    const planned: PlannedDial = { ...plainly(dial), nonce: newNonce(), over: flow.nonce };
    if (dial.first !== undefined) planned.first = dial.first;
    const isTranslatedBack = mayBeTranslatedBack(planned, found.translating);
    return [{ dial: planned, flow, isTranslatedBack, idleMs: now - beganAt - (dial.dialledMs ?? 0) }];
  });
}

/** The idle time that counts is that of the probe, as sending to many takes a while; but what was said before its dial began had not to wait so long. */
function isLostByRight({ over, record }: Dialled, byOver: ReadonlyMap<string, OverHeld & { toldMs: number }>): boolean {
  const one = byOver.get(over ?? '');
  const held = record?.held;
  return one !== undefined && held?.heard === false && mayBeForgotten(one, Math.min(held.idleMs, one.toldMs));
}

/** Whether an idle flow got nothing through, on a path where new ones do. */
export function isForgotten({ over, record, inconclusive }: Dialled): boolean {
  return over !== undefined && inconclusive === null && (record?.outcome === 'timeout' || record?.outcome === 'reset');
}

/** By the unanswered dial: the result of the same dial on a new flow, where that is more informative. */
async function dialledAnew(
  silent: Dialled[],
  { times, traffic }: { times: ExchangeTimes; traffic: Traffic },
): Promise<Map<Dialled, Dialled>> {
  const startedAt = performance.now();
  const again = new Map(silent.filter(isForgotten).map((dial) => [onNewFlow(dial), dial]));
  const found = await calmRound([...again.keys()], { times, newNonce: traffic.newNonce });
  const telling = new Map<Dialled, Dialled>();
  for (const [dial, was] of again) {
    const now = found.get(dial);
    if (now !== undefined && !isSound(now)) telling.set(was, now);
  }
  await askResponders([...telling.values()], {
    times,
    dropsBefore: traffic.dropsBefore,
    sinceMs: performance.now() - startedAt,
  });
  return telling;
}

/** The same dial, from a port of the kernel's choice: from that of the idle flow it would be the same flow to whoever remembers it. Seen with a full table of flows: one of ten got through. */
function onNewFlow(dial: Dialled): Dialled {
  const { sourcePort: _chosen, record, ...others } = dial;
  return { ...plainly(others), record: record === null ? null : { ...record, local: null } };
}

/** A dial that neither holds a flow nor uses a held one. */
function plainly<D extends PlannedDial>({
  hold: _hold,
  over: _over,
  first: _first,
  ...dial
}: D): Omit<D, 'hold' | 'over' | 'first'> & PlannedDial {
  return dial as Omit<D, 'hold' | 'over' | 'first'> & PlannedDial;
}
