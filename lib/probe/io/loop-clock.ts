/** Time as the event loop sees it: stalls are measured, and do not count against deadlines. */

const tickMs = 20;
/** A longer pause than this between two ticks is the probe's own fault, not the network's. */
const countedAtMostMs = 100;

interface Deadline {
  at: number;
  fire: () => void;
}
interface StallWatch {
  longestMs: number;
}

/** How long stalls are remembered: waves of time-outs make an exchange last minutes. */
const recentMs = 600_000;
const recent: { at: number; ms: number }[] = [];

const deadlines = new Set<Deadline>();
const watches = new Set<StallWatch>();
let timer: NodeJS.Timeout | undefined;
let awakeMs = 0;
let lastTick = 0;
/** By how much the last tick came too late. */
let lastExcessMs = 0;

function tick(): void {
  const now = performance.now();
  const passed = now - lastTick;
  lastTick = now;
  awakeMs += Math.min(passed, countedAtMostMs);
  lastExcessMs = passed - tickMs;
  if (passed - tickMs > countedAtMostMs) recent.push({ at: now, ms: passed - tickMs });
  while (recent[0] !== undefined && recent[0].at < now - recentMs) recent.shift();
  for (const watch of watches) watch.longestMs = Math.max(watch.longestMs, passed - tickMs);
  for (const deadline of deadlines) {
    if (deadline.at > awakeMs) continue;
    // The poll phase comes between a timer and an immediate, so data already in the sockets is read first.
    setImmediate(() => {
      if (deadlines.delete(deadline)) {
        rest();
        deadline.fire();
      }
    });
  }
}

function wake(): void {
  if (timer) return;
  lastTick = performance.now();
  timer = setInterval(tick, tickMs);
}

function rest(): void {
  if (deadlines.size > 0 || watches.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

/** Calls `fire` after `ms` of a running event loop (20 ms more at most), after reading what has arrived by then. Returns a function that cancels it. */
export function afterAwake(ms: number, fire: () => void): () => void {
  wake();
  // The current tick may be up to 20 ms old: count from now, so that a deadline is neither early nor late by an earlier stall.
  const deadline = { at: awakeMs + Math.min(performance.now() - lastTick, countedAtMostMs) + ms, fire };
  deadlines.add(deadline);
  return () => {
    if (deadlines.delete(deadline)) rest();
  };
}

/** How late the event loop is now, in ms: how long its tick is overdue, or was when it came; 0 while nothing measures or waits. */
export function loopLateness(): number {
  if (!timer) return 0;
  const overdue = performance.now() - lastTick - tickMs;
  return Math.round(Math.max(0, overdue, lastExcessMs));
}

/** Milliseconds of a running event loop: stalls count 100 ms at most. Only differences are meaningful, and only while something measures or waits. */
export function awakeNow(): number {
  return awakeMs + Math.min(performance.now() - lastTick, countedAtMostMs);
}

/** The longest stall of the last so many ms that was long enough to matter, in ms; seen only while something measures or waits. */
export function recentStall(withinMs: number): number {
  const since = performance.now() - withinMs;
  return Math.round(Math.max(0, ...recent.filter(({ at }) => at >= since).map(({ ms }) => ms)));
}

/** Measures the longest stall of the event loop, in ms, from now on. `take` returns it and starts again. */
export function watchStalls(): { take(): number; stop(): void } {
  wake();
  const watch: StallWatch = { longestMs: 0 };
  watches.add(watch);
  return {
    take() {
      const longest = Math.max(watch.longestMs, performance.now() - lastTick - tickMs);
      watch.longestMs = 0;
      return Math.round(Math.max(0, longest) * 10) / 10;
    },
    stop() {
      watches.delete(watch);
      rest();
    },
  };
}
