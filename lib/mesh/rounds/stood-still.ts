import type { Probe } from '../../cluster/model.ts';

/** How long a probe stood still, ms, and how long a CPU limit has throttled it since it started (left out: not known). */
interface Standing {
  ms: number;
  throttledMs?: number | undefined;
}

/** "node-1/pod-a stood still for 2900 ms: too long to judge a timeout"; a probe with limits may have them to blame. */
export function stoodStill({ node, name, limits }: Probe, { ms, throttledMs = 0 }: Standing, what: string): string {
  const throttled = throttledMs > 0 ? ` throttled it for ${(throttledMs / 1000).toFixed(1)} s so far` : '';
  const why = limits === undefined ? '' : ` (its limits, ${limits},${throttled || ' may be why'})`;
  return `${node}/${name} stood still for ${Math.round(ms)} ms: too long to judge ${what}${why}`;
}
