import type { Family } from '../conversations/basics.ts';
import { askOtherPorts } from './rounds/other-ports.ts';
import { askResponders } from './rounds/ask-responders.ts';
import { calmRound } from './rounds/calm.ts';
import type { Dialled, Exchanged } from './dialled.ts';
import { destinationOf } from './destination.ts';
import { answeredWays, noteDeadWays, standWithDead } from './rounds/dead-ways.ts';
import { firstRound } from './rounds/first.ts';
import { noteTranslating } from './held/translating.ts';
import { noteMoment } from './in-common.ts';
import { pairOf } from './pairs.ts';
import { countPairs, lackingFamilies, planDials, type ExchangePlan } from './plan.ts';
import { isDoubtful, isSound } from './rounds/merge.ts';
import { wasRejectedAtService } from './rounds/one-port.ts';
import { stretched, withLongerTimeouts } from './stretched.ts';
import { defaultTimes, type ExchangeTimes } from './times.ts';
import { createTraffic, type Traffic } from './traffic.ts';
import { waitForYoung } from './rounds/young.ts';

export interface ExchangeOptions {
  /** What this run's exchanges share; left out: an exchange by itself. */
  traffic?: Traffic;
  times?: Partial<ExchangeTimes>;
}

/**
 * Dials all planned pairs, as fast as the network bears, and asks again, calmly, what did not work at once. That decides: nothing is
 * repeated until it works, and all that was sent is counted.
 */
export async function exchange(plan: ExchangePlan, options: ExchangeOptions = {}): Promise<Exchanged> {
  const startedAt = performance.now();
  const { traffic = createTraffic() } = options;
  const asked = {
    ...defaultTimes,
    ...(plan.datagrams === undefined ? {} : { datagrams: plan.datagrams }),
    ...plan.times,
    ...options.times,
  };
  const timesNow = (): ExchangeTimes => stretched(asked, traffic.roundTrips.longestMs);
  const made = await firstRound(planDials(plan, traffic), { ...traffic, times: timesNow() });
  // The first one of a run has only now learnt how long a round trip takes.
  const times = timesNow();
  // What NetworkPolicies close is no dead way, and is open again a moment later.
  const { under } = plan;
  // And a recheck decides by itself.
  const isForItself = under !== undefined || plan.recheck === true;
  const first = isForItself ? made : standWithDead(made, traffic.deadWays);
  const doubtful = plan.ahead === true ? [] : first.filter((dial) => isToBeAskedAgain(dial));
  const lags = await waitForYoung(doubtful, { times, newNonce: traffic.newNonce, startedAt });
  const dialled = plan.ahead === true ? first : await decide(first, { doubtful, traffic, times });
  const excused = await askOtherPorts(dialled, { times, newNonce: traffic.newNonce });
  if (under === undefined) noteDeadWays(dialled, traffic.deadWays);
  const exchanged: Exchanged = {
    dialled,
    nothingToDial: dialled.length === 0 ? whyNothing(plan) : null,
    lacking: lackingFamilies(plan),
    pairsLeftOut: leftOut(dialled, plan),
    lags,
    durationMs: performance.now() - startedAt,
  };
  if (plan.ahead !== true)
    note(exchanged, { traffic, excused, askedAgain: doubtful.length, startedAt, isOfMany: times.connections > 1 });
  return exchanged;
}

/** Asks again what is doubtful, then, waiting for longer, what a probe spoilt meanwhile; and all responders of what fails. */
async function decide(
  first: Dialled[],
  { doubtful, traffic, times: usual }: { doubtful: Dialled[]; traffic: Traffic; times: ExchangeTimes },
): Promise<Dialled[]> {
  const { newNonce, dropsBefore } = traffic;
  const startedAt = performance.now();
  const alive = answeredWays(first);
  let dialled = first;
  let again = doubtful;
  for (const round of [1, 2, 3]) {
    const since = performance.now();
    const times = round === 1 ? usual : withLongerTimeouts(usual);
    if (round > 1 && since - startedAt > times.calm.wavesMs) break;
    const singles = [...traffic.found.onePortDead, ...dialled.filter((dial) => dial.onePortDead === true)].filter(
      (dial) => !wasRejectedAtService(dial),
    );
    const found = await calmRound(again, { times, newNonce, singlesBefore: singles.length, alive });
    dialled = dialled.map((dial) => found.get(dial) ?? dial);
    const changed = new Set(found.values());
    const asked = round > 1 ? dialled.filter((dial) => changed.has(dial)) : dialled;
    await askResponders(asked, { times, dropsBefore, sinceMs: performance.now() - since });
    again = dialled.filter((dial) => dial.spoilt && mayBeAskedAgain(dial));
    if (again.length === 0) break;
  }
  return dialled;
}

function isToBeAskedAgain(dial: Dialled): boolean {
  return mayBeAskedAgain(dial) && isDoubtful(dial) && dial.standsWith === 0;
}

/** Where no answer is expected, one try tells. */
function mayBeAskedAgain({ under }: Dialled): boolean {
  return (under?.patienceMs ?? null) === null;
}

function note(
  { dialled, lags }: Exchanged,
  {
    traffic: { found },
    excused,
    askedAgain,
    startedAt,
    isOfMany,
  }: { traffic: Traffic; excused: readonly Dialled[]; askedAgain: number; startedAt: number; isOfMany: boolean },
): void {
  found.dials += dialled.length;
  found.askedAgain += askedAgain;
  found.streamBytes += dialled.reduce((sum, dial) => sum + streamBytesOf(dial), 0);
  found.lags.push(...lags);
  found.portsChangedOnce.push(...excused);
  for (const dial of dialled) {
    noteMoment(dial, found.moments);
    noteTranslating(dial, found.translating);
    if (dial.onePortDead === true) found.onePortDead.push(dial);
    if (dial.onlyUnderLoad) (dial.refusedAtFirst === true ? found.refusedOnce : found.onlyUnderLoad).push(dial);
    if (isSound(dial) || dial.inconclusive !== null || dial.under !== undefined) continue;
    dial.failedAt = startedAt;
    // What only strikes many connections at once would seem to be gone at the end, when a few are asked.
    if (!isOfMany) found.failing.push(dial);
  }
}

function streamBytesOf({ protocol, size, attempts }: Dialled): number {
  return protocol === 'TCP' && size !== undefined ? 2 * size.bytes * attempts : 0;
}

/** The part of an exchange that a smaller plan would have dialled. */
export function partOf(whole: Exchanged, plan: Omit<ExchangePlan, 'families'> & { families?: Family[] }): Exchanged {
  const from = new Set(plan.from);
  const to = new Set(plan.to.map((one) => destinationOf(one).id));
  const dialled = whole.dialled.filter(
    (dial) => from.has(dial.from) && to.has(dial.to.id) && plan.pairs(dial.from, dial.to),
  );
  return {
    ...whole,
    dialled,
    nothingToDial: dialled.length === 0 ? whyNothing(plan) : null,
    lacking: plan.families === undefined ? [] : lackingFamilies({ ...plan, families: plan.families }),
    pairsLeftOut: whole.pairsLeftOut === 0 ? 0 : leftOut(dialled, plan),
  };
}

/** Pairs without a common address family are none. */
function leftOut(dialled: Dialled[], plan: Pick<ExchangePlan, 'from' | 'to' | 'pairs'>): number {
  return countPairs(plan) - new Set(dialled.map(pairOf)).size;
}

function whyNothing(plan: Pick<ExchangePlan, 'from' | 'to'>): string {
  const probes = [...plan.from, ...plan.to.flatMap((one) => destinationOf(one).responders)];
  const nodes = new Set(probes.map((probe) => probe.node));
  if (nodes.size === 1) return 'there are probes on one node only';
  return 'no two probes form such a pair';
}
