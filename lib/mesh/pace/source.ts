import type { Probe } from '../../cluster/model.ts';
import { quick } from '../rounds/dial-from.ts';
import type { PlannedDial } from '../dialled.ts';
import type { InFlight } from './in-flight.ts';
import { packetsOf } from './pace.ts';
import type { ExchangeTimes } from '../times.ts';

/** A request carries what a source may send in this time, ms: fewer requests, and still soon slower when answers come late. */
const requestMs = 100;
const dialsOfRequest = 32;
/** Before its first request a source gathers credit for this long, ms, unless it has enough for a full one. */
const settleMs = 50;
/** When the first of a queue has no room at its target, this many others are tried. */
const lookAhead = 16;

interface Queued {
  dial: PlannedDial;
  /** How often it was sent and its stream broke. */
  tries: number;
}

/** A probe that dials, with what it still has to dial. */
export interface Source {
  from: Probe;
  queue: Queued[];
  /** Packets that it may send now. */
  credit: number;
  sentAt: number;
}

/** What a source sends in one request, and the pause between two of its dials, ms. */
export interface Request {
  chosen: Queued[];
  spacingMs: number;
  packets: number;
}

/** Targets in turn, both protocols of one together, so that what a source sends within a moment is spread over many. */
export function newSource(from: Probe, dials: PlannedDial[]): Source {
  const byTarget = [...Map.groupBy(dials, ({ to }) => to).values()];
  const longest = Math.max(0, ...byTarget.map((some) => some.length));
  const queue: Queued[] = [];
  for (let at = 0; at < longest; at += 2)
    for (const some of byTarget) for (const dial of some.slice(at, at + 2)) queue.push({ dial, tries: 0 });
  return { from, queue, credit: 0, sentAt: performance.now() - requestMs + settleMs };
}

/** Gives a source more packets, but no more than a full request takes: one that had to wait must not make up for it in a burst. */
export function give(source: Source, packets: number, { share, times }: { share: number; times: ExchangeTimes }): void {
  const next = source.queue.slice(0, dialsOfRequest).reduce((sum, { dial }) => sum + cost(dial, times), 0);
  source.credit = Math.min(source.credit + packets, Math.max(next, (share * requestMs) / 1_000));
}

/** Takes from a queue what may be sent now: a full request, unless the source has waited long enough or has no more; null for nothing yet. */
export function take(
  source: Source,
  { at, inFlight, times }: { at: number; inFlight: InFlight; times: ExchangeTimes },
): Request | null {
  const chosen = new Set<Queued>();
  let packets = 0;
  for (const one of source.queue.slice(0, dialsOfRequest + lookAhead)) {
    const more = cost(one.dial, times);
    if (packets + more > source.credit || chosen.size === dialsOfRequest || !inFlight.hasRoom(source.from)) break;
    if (!inFlight.admits(one.dial)) continue;
    chosen.add(one);
    packets += more;
  }
  const isWhole = chosen.size === dialsOfRequest || chosen.size === source.queue.length;
  if (chosen.size === 0 || (!isWhole && at - source.sentAt < requestMs)) return null;
  const spacingMs = Math.min(requestMs, at - source.sentAt) / chosen.size;
  source.credit -= packets;
  source.sentAt = at;
  source.queue = source.queue.filter((one) => !chosen.has(one));
  return { chosen: [...chosen], spacingMs, packets };
}

function cost(dial: PlannedDial, times: ExchangeTimes): number {
  return packetsOf({ protocol: dial.protocol, ...quick(dial, times) }, bytesOf(dial));
}

function bytesOf({ size, lengths }: PlannedDial): number | undefined {
  return lengths === undefined ? size?.bytes : (lengths.least + lengths.most) / 2;
}
