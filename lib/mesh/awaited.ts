import { setTimeout as pause } from 'node:timers/promises';
import type { PlannedDial } from './dialled.ts';
import { planDials, type ExchangePlan } from './plan.ts';
import { firstRound } from './rounds/first.ts';
import { stretched } from './stretched.ts';
import { defaultTimes } from './times.ts';
import { createTraffic } from './traffic.ts';

/** How long it took until everything planned had answered once, and what had not by then. */
export interface Awaited {
  /** Whole milliseconds, also when it was given up. */
  afterMs: number;
  silent: PlannedDial[];
}

/** How long is waited, ms. */
export interface Patience {
  /** For a node's dials, since the last of them that newly answered. */
  withinMs: number;
  /** While there is a node to which nothing of what it dials has answered; left out: as long. */
  firstWithinMs?: number;
  /** However much goes on answering. The kube-proxies of ten nodes on two busy cores had their rules after more than 10 s, one Service after the other. Left out: 60 s. */
  atMostMs?: number;
  /** Between the nodes that are farthest apart. */
  roundTripMs: number;
}

/** Quick: what does not answer yet is tried again soon, and on a fast network a second SYN is never waited for. */
const attemptMs = 400;
const firstPauseMs = 50;
const longestPauseMs = 400;

/**
 * Dials until everything planned has answered once, or no node goes on to answer more (each for `withinMs`, or `firstWithinMs` while nothing
 * of it has answered at all): for what takes a moment to be known everywhere, such as a new Service. Nothing of it is judged, nor counted. Paced as a run by itself: nothing else is sent meanwhile.
 */
export async function awaitAnswers(
  plan: ExchangePlan,
  { withinMs, firstWithinMs = withinMs, atMostMs = 60_000, roundTripMs }: Patience,
): Promise<Awaited> {
  const traffic = createTraffic();
  const quick = { ...defaultTimes, dialTimeoutMs: attemptMs, datagramTimeoutMs: attemptMs, datagrams: 1 };
  const times = stretched(quick, roundTripMs);
  const started = performance.now();
  const passed = (): number => Math.round(performance.now() - started);
  let waiting = planDials(plan, traffic);
  /** By node: when something of what it dials newly answered. */
  const heardAtMs = new Map<string, number>();
  const patienceOf = ({ from }: PlannedDial): number => {
    const atMs = heardAtMs.get(from.node);
    return atMs === undefined ? firstWithinMs : Math.min(atMs + withinMs, atMostMs);
  };
  for (let pauseMs = firstPauseMs; waiting.size > 0; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const dialled = await firstRound(waiting, { ...traffic, times });
    const silent = dialled.filter(({ record }) => record?.outcome !== 'delivered');
    for (const { from, record } of dialled) if (record?.outcome === 'delivered') heardAtMs.set(from.node, passed());
    const nextMs = passed() + pauseMs;
    if (silent.every((dial) => nextMs >= patienceOf(dial))) return { afterMs: passed(), silent };
    // Never under the nonce of before: a late answer would be taken for that of the next attempt.
    waiting = Map.groupBy(
      silent.map((dial): PlannedDial => ({ ...dial, nonce: traffic.newNonce() })),
      ({ from }) => from,
    );
    if (waiting.size > 0) await pause(pauseMs);
  }
  return { afterMs: passed(), silent: [] };
}
