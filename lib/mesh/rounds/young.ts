import { setTimeout as pause } from 'node:timers/promises';
import type { Probe } from '../../cluster/model.ts';
import { dialFrom } from './dial-from.ts';
import type { Dialled, Lag } from '../dialled.ts';
import type { ExchangeTimes } from '../times.ts';

/** How many failed dials to watch per new pod. */
const watchedAtMost = 4;
const datagrams = 3;

/**
 * A pod that has only just become Ready may not be known everywhere yet. Dials what failed from or to such pods every half second, until
 * all is answered or no pod is new any more. Returns those that were answered, and when; the others fail like any other dial.
 */
export async function waitForYoung(
  failed: Dialled[],
  { times, newNonce, startedAt }: { times: ExchangeTimes; newNonce: () => string; startedAt: number },
): Promise<Lag[]> {
  const age = ({ readyAt }: Probe): number => performance.now() - readyAt;
  const isYoung = (probe: Probe): boolean => age(probe) < times.youngMs;
  const lags: Lag[] = [];
  let watched = new Map<Probe, { dials: Dialled[]; failedMs: number }>();
  for (const dial of failed)
    for (const probe of new Set([dial.from, ...dial.to.responders])) {
      if (!isYoung(probe) || dial.record === null || dial.record.outcome === 'delivered') continue;
      const known = watched.get(probe) ?? { dials: [], failedMs: startedAt - probe.readyAt };
      if (known.dials.length < watchedAtMost) watched.set(probe, { ...known, dials: [...known.dials, dial] });
    }
  while (watched.size > 0) {
    const began = performance.now();
    const dials = [...new Set([...watched.values()].flatMap((one) => one.dials))];
    const answered = await answeredNow(dials, { times, newNonce });
    const left: typeof watched = new Map();
    for (const [probe, { dials: mine, failedMs }] of watched) {
      const still = mine.filter((dial) => !answered.has(dial));
      const atMs = began - probe.readyAt;
      if (still.length === 0) lags.push({ probe, failedMs: Math.round(failedMs), answeredMs: Math.round(atMs) });
      else if (isYoung(probe)) left.set(probe, { dials: still, failedMs: atMs });
    }
    watched = left;
    const early = began + times.youngEveryMs - performance.now();
    if (watched.size > 0 && early > 0) await pause(early);
  }
  return lags;
}

/** Which of these dials are answered at once, or nearly so. */
async function answeredNow(
  dials: Dialled[],
  { times, newNonce }: { times: ExchangeTimes; newNonce: () => string },
): Promise<Set<Dialled>> {
  const timeoutMs = times.youngEveryMs - 50;
  const answered = new Set<Dialled>();
  await Promise.all(
    [...Map.groupBy(dials, ({ from }) => from)].map(async ([from, some]) => {
      const planned = some.map((dial) => ({
        dial: { ...dial, nonce: newNonce() },
        manner: dial.protocol === 'TCP' ? { timeoutMs } : { timeoutMs, datagrams, intervalMs: 1 },
      }));
      const { dialled } = await dialFrom(from, planned, { times });
      for (const [n, dial] of some.entries()) if (dialled[n]?.record?.outcome === 'delivered') answered.add(dial);
    }),
  );
  return answered;
}
