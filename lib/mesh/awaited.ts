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
  /** Without any that newly answers. */
  withinMs: number;
  /** While there is a node to which nothing of what it dials has answered; left out: as long. */
  firstWithinMs?: number;
  /** Between the nodes that are farthest apart. */
  roundTripMs: number;
}

/** Quick: what does not answer yet is tried again soon, and on a fast network a second SYN is never waited for. */
const attemptMs = 400;
const firstPauseMs = 50;
const longestPauseMs = 400;
/** However much goes on answering. Kube-proxies of ten nodes on two busy cores had their rules after more than ten seconds, one after the other. */
const atMostMs = 60_000;

/**
 * Dials until everything planned has answered once, or nothing more has for `withinMs`: for what takes a moment to be known everywhere, such as a new
 * Service. Nothing of it is judged, nor counted. Paced as a run by itself: nothing else is sent meanwhile.
 */
export async function awaitAnswers(
  plan: ExchangePlan,
  { withinMs, firstWithinMs = withinMs, roundTripMs }: Patience,
): Promise<Awaited> {
  const traffic = createTraffic();
  const quick = { ...defaultTimes, dialTimeoutMs: attemptMs, datagramTimeoutMs: attemptMs, datagrams: 1 };
  const times = stretched(quick, roundTripMs);
  const started = performance.now();
  const passed = (): number => Math.round(performance.now() - started);
  let waiting = planDials(plan, traffic);
  let newlyAtMs = 0;
  const heard = new Set<string>();
  for (let pauseMs = firstPauseMs; waiting.size > 0; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const dialled = await firstRound(waiting, { ...traffic, times });
    const silent = dialled.filter(({ record }) => record?.outcome !== 'delivered');
    for (const { from, record } of dialled) if (record?.outcome === 'delivered') heard.add(from.node);
    const hasDeafNode = silent.some(({ from }) => !heard.has(from.node));
    if (silent.length < dialled.length) newlyAtMs = passed();
    const untilMs = Math.max(hasDeafNode ? firstWithinMs : 0, Math.min(newlyAtMs + withinMs, atMostMs));
    if (passed() + pauseMs >= untilMs) return { afterMs: passed(), silent };
    // Never under the nonce of before: a late answer would be taken for that of the next attempt.
    waiting = Map.groupBy(
      silent.map((dial): PlannedDial => ({ ...dial, nonce: traffic.newNonce() })),
      ({ from }) => from,
    );
    if (waiting.size > 0) await pause(pauseMs);
  }
  return { afterMs: passed(), silent: [] };
}
