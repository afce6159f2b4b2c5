import type { Probe } from '../../cluster/model.ts';
import type { Dialled, Exchanged, PlannedDial } from '../dialled.ts';
import { askResponders } from '../rounds/ask-responders.ts';
import { calmRound } from '../rounds/calm.ts';
import { firstRound } from '../rounds/first.ts';
import { isSound } from '../rounds/merge.ts';
import { askOtherPorts } from '../rounds/other-ports.ts';
import { defaultTimes, heldTimes, type ExchangeTimes } from '../times.ts';
import type { Traffic } from '../traffic.ts';

/**
 * Dials over flows that were left open, and closes them. Where nothing comes back, the same is dialled on a new flow, calmly: where that works, the
 * idle flow was forgotten; where it does not, the path is broken, and that is reported.
 */
export async function speakOver(
  { dialled: opened, ...about }: Exchanged,
  traffic: Traffic,
  times: ExchangeTimes = { ...defaultTimes, ...heldTimes },
): Promise<Exchanged> {
  const startedAt = performance.now();
  const planned = new Map<Probe, PlannedDial[]>();
  for (const { heldAs: over, ...dial } of opened) {
    if (over === undefined) continue;
    const some = planned.get(dial.from) ?? [];
    planned.set(dial.from, some);
    some.push({ ...plainly(dial), nonce: traffic.newNonce(), over });
  }
  const spoken = await firstRound(planned, { ...traffic, times });
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

/** Whether an idle flow got nothing through, on a path where new ones do. */
export function isForgotten({ over, record, inconclusive }: Dialled): boolean {
  return over !== undefined && inconclusive === null && (record?.outcome === 'timeout' || record?.outcome === 'reset');
}

/** By the unanswered dial: the result of the same dial on a new flow, where that is more informative. */
async function dialledAnew(
  silent: Dialled[],
  { times, traffic }: { times: ExchangeTimes; traffic: Traffic },
): Promise<Map<Dialled, Dialled>> {
  const again = new Map(silent.filter(isForgotten).map((dial) => [plainly(dial), dial]));
  const found = await calmRound([...again.keys()], { times, newNonce: traffic.newNonce });
  const telling = new Map<Dialled, Dialled>();
  for (const [dial, was] of again) {
    const now = found.get(dial);
    if (now !== undefined && !isSound(now)) telling.set(was, now);
  }
  await askResponders([...telling.values()], { times, dropsBefore: traffic.dropsBefore, sinceMs: times.channelMs });
  return telling;
}

/** A dial that neither holds a flow nor uses a held one. */
function plainly<D extends PlannedDial>({
  hold: _hold,
  over: _over,
  ...dial
}: D): Omit<D, 'hold' | 'over'> & PlannedDial {
  return dial as Omit<D, 'hold' | 'over'> & PlannedDial;
}
