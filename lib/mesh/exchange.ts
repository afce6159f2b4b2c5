import type { Probe } from '../cluster/model.ts';
import type { Dial, DialRecord, Family } from '../probe/wire.ts';
import type { Dialled, Exchanged, PlannedDial } from './dialled.ts';
import { askResponders } from './ask-responders.ts';
import { isLossy } from './loss.ts';
import { countPairs, lackingFamilies, newNonce, planDials, type ExchangePlan } from './plan.ts';

export interface ExchangeTimes {
  /** How long a connection may take, answer included: a lost SYN is sent again after 1 s and 3 s. */
  dialTimeoutMs: number;
  /** The same for a datagram: nothing sends it again, so that a second is long, even with an ARP request in between. */
  datagramTimeoutMs: number;
  /** UDP: datagrams a dial. Twenty see 30 % loss with 99.9 % certainty. */
  datagrams: number;
  datagramIntervalMs: number;
  /** Datagrams a dial when a first round lost some, to tell loss from mischance. */
  confirmDatagrams: number;
  confirmIntervalMs: number;
  /** For a reply on the control channel, beyond the time that the dials may take. */
  channelMs: number;
}

export const defaultTimes: ExchangeTimes = {
  dialTimeoutMs: 3_000,
  datagramTimeoutMs: 2_000,
  datagrams: 20,
  datagramIntervalMs: 1,
  confirmDatagrams: 200,
  confirmIntervalMs: 5,
  channelMs: 15_000,
};

/** At most so many dials of one probe are in flight. */
export const concurrency = 64;

/**
 * Dials all planned pairs at once and returns what both ends saw. Never retries a dial that failed:
 * lost datagrams are confirmed by more datagrams, which count.
 */
export async function exchange(plan: ExchangePlan, times: Partial<ExchangeTimes> = {}): Promise<Exchanged> {
  const started = performance.now();
  const limits = { ...defaultTimes, ...(plan.datagrams === undefined ? {} : { datagrams: plan.datagrams }), ...times };
  const planned = planDials(plan);
  const rounds = await Promise.all([...planned].map(([from, dials]) => dialFrom(from, dials, limits)));
  const counted = await confirmLoss(rounds.flat(), limits);
  await askResponders(counted, { ...limits, sinceMs: performance.now() - started });
  const again = performance.now();
  const dialled = await measureAgain(counted, limits);
  const before = new Set(counted);
  const repeated = dialled.filter((dial) => !before.has(dial));
  await askResponders(repeated, { ...limits, sinceMs: performance.now() - again });
  return {
    dialled,
    nothingToDial: dialled.length === 0 ? whyNothing(plan) : null,
    lacking: lackingFamilies(plan),
    pairsLeftOut: leftOut(dialled, plan),
    durationMs: performance.now() - started,
  };
}

/** The part of an exchange that a smaller plan would have dialled. */
export function partOf(whole: Exchanged, plan: Omit<ExchangePlan, 'families'> & { families?: Family[] }): Exchanged {
  const from = new Set(plan.from);
  const to = new Set(plan.to);
  const dialled = whole.dialled.filter(
    (dial) => from.has(dial.from) && to.has(dial.to) && plan.pairs(dial.from, dial.to),
  );
  return {
    ...whole,
    dialled,
    nothingToDial: dialled.length === 0 ? whyNothing(plan) : null,
    lacking: plan.families === undefined ? [] : lackingFamilies({ ...plan, families: plan.families }),
    pairsLeftOut: whole.pairsLeftOut === 0 ? 0 : leftOut(dialled, plan),
  };
}

async function dialFrom(from: Probe, planned: PlannedDial[], times: ExchangeTimes): Promise<Dialled[]> {
  const dials = planned.map((dial) => toWire(dial, times));
  const waves = Math.ceil(planned.length / concurrency);
  const longestDialMs = times.dialTimeoutMs + times.datagrams * times.datagramIntervalMs;
  const reply = await from.channel.request(
    { kind: 'dial', concurrency, dials },
    { deadlineMs: waves * longestDialMs + times.channelMs },
  );
  if (!reply.whole) return planned.map((dial) => unknown(dial, reply.reason));
  const records = new Map<string, DialRecord>();
  for (const record of reply.records) if (record.kind === 'dial') records.set(record.nonce, record);
  const stalled = reply.stallMs > times.dialTimeoutMs / 2;
  return planned.map((dial) => {
    const record = records.get(dial.nonce);
    if (record === undefined) return unknown(dial, `${name(from)} did not report this dial`);
    if (record.outcome === 'inconclusive')
      return spoilt(dial, `${name(from)} could not dial: ${record.error ?? 'no reason given'}`);
    if (record.outcome === 'timeout' && stalled)
      return spoilt(dial, `${name(from)} stood still for ${Math.round(reply.stallMs)} ms: too long to judge a timeout`);
    const { attempts, answered } = record;
    const lastRound = { nonce: dial.nonce, attempts, answered };
    return { ...unknown(dial, ''), record, inconclusive: null, attempts, answered, lastRound };
  });
}

function toWire(dial: PlannedDial, times: ExchangeTimes): Dial {
  const { nonce, protocol, address, port } = dial;
  const common = { nonce, protocol, address, port, timeoutMs: times.dialTimeoutMs, payloadBytes: 64 };
  if (protocol === 'TCP') return common;
  return {
    ...common,
    timeoutMs: times.datagramTimeoutMs,
    datagrams: times.datagrams,
    intervalMs: times.datagramIntervalMs,
  };
}

function unknown(dial: PlannedDial, reason: string): Dialled {
  const none = { attempts: 0, answered: 0 };
  return {
    ...dial,
    ...none,
    record: null,
    inconclusive: reason,
    spoilt: false,
    lastRound: { nonce: dial.nonce, ...none },
    lossy: false,
    lostLeg: null,
  };
}

function spoilt(dial: PlannedDial, reason: string): Dialled {
  return { ...unknown(dial, reason), spoilt: true };
}

async function measureAgain(dialled: Dialled[], times: ExchangeTimes): Promise<Dialled[]> {
  return replace(dialled, {
    which: (dial) => dial.spoilt,
    merge: (_before, again) => ({ ...again, lossy: again.protocol === 'UDP' && isLossy(sentOf(again)) }),
    times: calm(times),
  });
}

/** Many datagrams, with pauses: what one burst loses by mischance weighs little. */
function calm(times: ExchangeTimes): ExchangeTimes {
  return {
    ...times,
    datagrams: times.confirmDatagrams,
    datagramIntervalMs: times.confirmIntervalMs,
    datagramTimeoutMs: times.datagramTimeoutMs / 2,
  };
}

function sentOf({ attempts, answered, record }: Dialled): { sent: number; answered: number } {
  return record?.outcome === 'delivered' ? { sent: attempts, answered } : { sent: 0, answered: 0 };
}

async function confirmLoss(dialled: Dialled[], times: ExchangeTimes): Promise<Dialled[]> {
  return replace(dialled, {
    which: (dial) => dial.protocol === 'UDP' && dial.record?.outcome === 'delivered' && dial.answered < dial.attempts,
    merge: addUp,
    times: calm(times),
  });
}

/**
 * Both rounds are counted and told; whether there is lasting loss the second says, which is calm and long:
 * a first round may lose some to an address that is being resolved, or to its own burst.
 */
function addUp(before: Dialled, again: Dialled): Dialled {
  // A first round alone proves neither loss nor mischance: a clause would turn red, or stay green, because a stream broke.
  if (again.record === null) return { ...before, inconclusive: again.inconclusive, spoilt: again.spoilt };
  const attempts = before.attempts + again.attempts;
  const answered = before.answered + again.answered;
  // One of the two as it stands, since views belong to a socket: the later one, unless all of it was lost.
  const telling = again.record.outcome === 'timeout' ? (before.record ?? again.record) : again.record;
  const record = { ...telling, attempts, answered };
  return {
    ...before,
    record,
    attempts,
    answered,
    lastRound: again.lastRound,
    lossy: isLossy({ sent: again.attempts, answered: again.answered }),
  };
}

/** Dials the chosen ones once more and puts what `merge` makes of both in their place. */
async function replace(
  dialled: Dialled[],
  options: {
    which: (dial: Dialled) => boolean;
    merge: (before: Dialled, again: Dialled) => Dialled;
    times: ExchangeTimes;
  },
): Promise<Dialled[]> {
  const bySource = Map.groupBy(dialled.filter(options.which), (dial) => dial.from);
  const merged = new Map<Dialled, Dialled>();
  await Promise.all(
    [...bySource].map(async ([from, chosen]) => {
      const planned = chosen.map((dial) => ({ ...dial, nonce: `${newNonce()}-again` }));
      const again = await dialFrom(from, planned, options.times);
      for (const [n, before] of chosen.entries()) {
        const repeated = again[n];
        if (repeated !== undefined) merged.set(before, options.merge(before, repeated));
      }
    }),
  );
  return dialled.map((dial) => merged.get(dial) ?? dial);
}

/** Pairs without a common address family are none. */
function leftOut(dialled: Dialled[], plan: Pick<ExchangePlan, 'from' | 'to' | 'pairs'>): number {
  return countPairs(plan) - new Set(dialled.map(({ from, to }) => `${from.uid} ${to.uid}`)).size;
}

function whyNothing(plan: Pick<ExchangePlan, 'from' | 'to'>): string {
  const nodes = new Set([...plan.from, ...plan.to].map((probe) => probe.node));
  if (nodes.size === 1) return 'there are probes on one node only';
  return 'no two probes form such a pair';
}

function name(probe: Probe): string {
  return `${probe.node}/${probe.name}`;
}
