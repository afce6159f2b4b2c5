import { setTimeout as pause } from 'node:timers/promises';
import type { Probe } from '../../cluster/model.ts';
import type { DialRecord } from '../../conversations/dial.ts';
import { dialFrom, quick } from './dial-from.ts';
import { nodesAt } from '../destination.ts';
import { nameOfDial, type Dialled, type PlannedDial } from '../dialled.ts';
import { rotated } from '../evenly.ts';
import { InFlight } from '../pace/in-flight.ts';
import { Lateness } from '../pace/lateness.ts';
import { give, newSource, take, type Request, type Source } from '../pace/source.ts';
import { moreMs } from '../stretched.ts';
import type { ExchangeTimes } from '../times.ts';
import { SilentWays } from './silent-ways.ts';
import type { Traffic } from '../traffic.ts';

/** How often every source is checked, and credited with what it may send meanwhile, ms. */
const tickMs = 25;
/** How often dials that were in flight when a stream broke are repeated. */
const triesAtMost = 3;

type RoundOptions = Pick<Traffic, 'beganAt' | 'governor' | 'pace' | 'roundTrips' | 'newNonce' | 'deadWays'> & {
  times: ExchangeTimes;
};

/** Makes all planned dials once, no faster than the governor allows; in the order in which they were planned. */
export async function firstRound(planned: Map<Probe, PlannedDial[]>, options: RoundOptions): Promise<Dialled[]> {
  const { governor, pace, times } = options;
  if (planned.size === 0) return [];
  const sources = [...planned].map(([from, dials]) => newSource(from, dials));
  const inFlight = new InFlight(pace, governor);
  const lateness = new Lateness(pace);
  const longerMs = moreMs('TCP', options.roundTrips.longestMs);
  const silentWays = new SilentWays(pace.patienceMs + longerMs, options.deadWays);
  const found = new Map<string, Dialled>();
  const failures: unknown[] = [];
  const waiting = new Set<Promise<void>>();
  const send = async (source: Source, request: Request): Promise<void> => {
    try {
      for (const dial of await sendOne(source, request, { ...options, inFlight, lateness, silentWays }))
        found.set(nameOfDial(dial), dial);
    } catch (error) {
      failures.push(error);
    }
  };
  using exchanging = governor.begin({ nodes: nodesOf(planned).size });
  let last = performance.now();
  let turn = 0;
  while (failures.length === 0 && (waiting.size > 0 || sources.some(({ queue }) => queue.length > 0))) {
    const at = performance.now();
    inFlight.forget(at, { longerMs });
    const active = sources.filter(({ queue }) => queue.length > 0);
    const share = exchanging.share(active.length);
    // Where there is little room, not always for the same ones.
    turn += 1;
    for (const source of rotated(active, turn)) {
      give(source, (share * (at - last)) / 1_000, { share, times });
      const request = take(source, { at, inFlight, times });
      if (request === null) continue;
      governor.spend(request.packets);
      for (const { dial } of request.chosen) {
        if (!silentWays.isSilent(dial, at)) inFlight.add(dial, at);
        silentWays.sent(dial, at);
      }
      const sent = send(source, request).finally(() => waiting.delete(sent));
      waiting.add(sent);
    }
    last = at;
    if (active.length > 0) await pause(tickMs);
    else await Promise.race([...waiting, pause(4 * tickMs)]);
  }
  // Where a dial could not be made, others were still waiting: nobody waits for them any more.
  inFlight.forgetAll();
  if (failures.length > 0) throw failures[0] as Error;
  return [...planned.values()].flatMap((dials) => dials.flatMap((dial) => found.get(nameOfDial(dial)) ?? []));
}

/** Sends one request. What was in flight when the stream broke goes back into the queue, and is not returned. */
async function sendOne(
  source: Source,
  { chosen, spacingMs }: Request,
  options: RoundOptions & { inFlight: InFlight; lateness: Lateness; silentWays: SilentWays },
): Promise<Dialled[]> {
  const { beganAt, times, inFlight, lateness, roundTrips, silentWays, governor, newNonce } = options;
  const dialledMs = Math.round(performance.now() - beganAt);
  const byNonce = new Map(chosen.map(({ dial }) => [dial.nonce, dial]));
  const onRecord = (record: DialRecord): void => {
    const dial = byNonce.get(record.nonce);
    inFlight.remove(record.nonce);
    if (dial === undefined) return;
    silentWays.ended(dial, record);
    const arrival = lateness.of(dial, record);
    if (arrival !== null) governor.answered(arrival);
  };
  const batch = chosen.map(({ dial }) => ({ dial, manner: quick(dial, times) }));
  const { dialled, lost } = await dialFrom(source.from, batch, { times, spacingMs, onRecord });
  for (const nonce of byNonce.keys()) inFlight.remove(nonce);
  for (const { record, ...dial } of dialled) if (record !== null) roundTrips.note(dial, record);
  return dialled.flatMap((found, n) => {
    const { dial, tries } = chosen[n]!;
    if (!lost || tries + 1 === triesAtMost) return { ...found, dialledMs };
    // Never under the previous nonce: the responder would count both as one.
    source.queue.push({ dial: { ...dial, nonce: newNonce() }, tries: tries + 1 });
    return [];
  });
}

function nodesOf(planned: Map<Probe, PlannedDial[]>): Set<string> {
  const all = [...planned.values()].flat();
  const targets = [...new Set(all.map(({ to }) => to))];
  const ends = targets.flatMap((to) => [...nodesAt(to), ...to.responders.map(({ node }) => node)]);
  return new Set([...[...planned.keys()].map(({ node }) => node), ...ends]);
}
