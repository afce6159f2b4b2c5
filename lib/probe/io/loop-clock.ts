/** Time as the event loop sees it: stalls are measured, and do not count against deadlines. */

/** While something waits or is measured. */
const tickMs = 20;
/** While the probe only listens: ticking every 20 ms took 0.9 % of a core, and a large run on two cores has a hundred probes. A stall that begins then is measured up to 100 ms too short. */
const listeningTickMs = 100;
/** How long it goes on ticking quickly after the last wait, measurement or question. */
const quickForMs = 1_000;
/** A longer pause than this between two ticks is the probe's own fault, not the network's. */
const countedAtMostMs = 100;

interface Deadline {
  at: number;
  fire: () => void;
}
interface StallWatch {
  longestMs: number;
  stoodMs: number;
  spell: Spell;
}

/**
 * What stands still for more than two thirds of this time, and of the next, and so on, stands still in pieces: a CPU limit lets a probe run for 2 ms of each 100,
 * of which its ticks see 80 as late. Counted from half of the time on, 30 probes on two busy cores stood still for up to 4 s, and all was answered.
 */
const pieceMs = 200;

/** How long a loop stood still in pieces, until now. */
export class Spell {
  #ms = 0;
  #passed = 0;
  #late = 0;

  /** One tick, and by how much it was late. Returns how long the spell lasts, ms; 0: it runs as it should. */
  add(passed: number, late: number): number {
    this.#passed += passed;
    this.#late += late;
    if (this.#passed < pieceMs) return this.#ms;
    this.#ms = this.#late > (2 / 3) * this.#passed ? this.#ms + this.#late : 0;
    this.#passed = this.#late = 0;
    return this.#ms;
  }
}

/** How long stalls are remembered: waves of time-outs make an exchange last minutes. */
const recentMs = 600_000;
const recent: { at: number; ms: number }[] = [];

const deadlines = new Set<Deadline>();
const watches = new Set<StallWatch>();
let timer: NodeJS.Timeout | undefined;
let everyMs = tickMs;
let quickUntil = 0;
let listeners = 0;
let awakeMs = 0;
let lastTick = 0;
/** By how much the last tick came too late. */
let lastExcessMs = 0;
const spell = new Spell();

function tick(): void {
  const now = performance.now();
  const passed = now - lastTick;
  lastTick = now;
  awakeMs += Math.min(passed, countedAtMostMs);
  lastExcessMs = passed - everyMs;
  const late = Math.max(0, lastExcessMs);
  const stood = Math.max(late, spell.add(passed, late));
  if (stood > countedAtMostMs && stood !== recent.at(-1)?.ms) recent.push({ at: now, ms: stood });
  while (recent[0] !== undefined && recent[0].at < now - recentMs) recent.shift();
  for (const watch of watches) {
    watch.longestMs = Math.max(watch.longestMs, late);
    watch.stoodMs = Math.max(watch.stoodMs, watch.spell.add(passed, late));
  }
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
  if (everyMs === tickMs && now > quickUntil && !isWaiting()) tickEvery(listeningTickMs);
}

const isWaiting = (): boolean => deadlines.size > 0 || watches.size > 0;

function tickEvery(ms: number): void {
  clearInterval(timer);
  everyMs = ms;
  timer = setInterval(tick, ms);
}

/** By how much the last tick came too late, if it came just now: all that is answered in one turn of the loop is as late. */
function freshExcessMs(now: number): number {
  return now - lastTick < tickMs ? lastExcessMs : 0;
}

/** Ticks quickly for a while, and as long as anything waits. */
function wake(now = performance.now()): void {
  quickUntil = now + quickForMs;
  if (timer !== undefined && everyMs === tickMs) return;
  if (timer === undefined) {
    lastTick = now;
    lastExcessMs = 0;
  } else {
    const before = freshExcessMs(now);
    tick();
    lastExcessMs = Math.max(lastExcessMs, before);
  }
  tickEvery(tickMs);
}

function rest(): void {
  if (isWaiting() || listeners > 0) return;
  clearInterval(timer);
  timer = undefined;
}

/** Until the returned function is called: stalls are seen, though nothing waits. */
export function listenForStalls(): () => void {
  listeners++;
  wake();
  return () => {
    listeners--;
    rest();
  };
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

/** How late the event loop is as something is answered, in ms: how long its tick is overdue, or was when it came just now; 0 while nothing listens, measures or waits. Ticks quickly from now on. */
export function loopLateness(): number {
  if (!timer) return 0;
  const now = performance.now();
  const late = Math.round(Math.max(0, now - lastTick - everyMs, freshExcessMs(now)));
  wake(now);
  return late;
}

/** Milliseconds of a running event loop: stalls count 100 ms at most. Only differences are meaningful, and only while something measures or waits. */
export function awakeNow(): number {
  return awakeMs + Math.min(performance.now() - lastTick, countedAtMostMs);
}

/** How long the event loop stood still within the last so many ms, at once or in pieces, where it was long enough to matter, in ms; seen only while something listens, measures or waits. */
export function recentStall(withinMs: number): number {
  const since = performance.now() - withinMs;
  return Math.round(Math.max(0, ...recent.filter(({ at }) => at >= since).map(({ ms }) => ms)));
}

/** In ms. */
interface Stalls {
  longestMs: number;
  /** At once or in pieces: the longest stall, or all of those of a time of which they were more than two thirds. */
  stoodMs: number;
}

/** Measures the longest stall of the event loop from now on, and how long it stood still in pieces. `take` returns both and starts again. */
export function watchStalls(): { take(): Stalls; stop(): void } {
  wake();
  const watch: StallWatch = { longestMs: 0, stoodMs: 0, spell: new Spell() };
  watches.add(watch);
  return {
    take() {
      const longest = Math.max(0, watch.longestMs, performance.now() - lastTick - everyMs);
      const stood = Math.max(longest, watch.stoodMs);
      watch.longestMs = watch.stoodMs = 0;
      return { longestMs: tenths(longest), stoodMs: tenths(stood) };
    },
    stop() {
      watches.delete(watch);
      rest();
    },
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
