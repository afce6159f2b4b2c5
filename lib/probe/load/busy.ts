/** Is the probe itself the limit? */
import { readFileSync } from 'node:fs';
import type { Busy } from '../../conversations/load.ts';

/** Starts to watch this thread; the returned function reports how busy it has been since. All socket work happens in this thread, kernel included. */
export function watchBusy(): () => Busy {
  const cpuBefore = process.threadCpuUsage();
  const waitedBefore = waitedMs();
  const loopBefore = performance.eventLoopUtilization();
  const startedAt = performance.now();
  return () => {
    const { user, system } = process.threadCpuUsage(cpuBefore);
    const { utilization } = performance.eventLoopUtilization(loopBefore);
    const passedMs = performance.now() - startedAt;
    return {
      cpu: share((user + system) / 1000 / passedMs),
      waited: share((waitedMs() - waitedBefore) / passedMs),
      loop: share(utilization),
    };
  };
}

/** How long this thread was ready to run while another had its CPU (nanoseconds, the second number); 0 without CONFIG_SCHED_INFO. */
function waitedMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** Limited to 1. */
export function shareOf(partMs: number, wholeMs: number): number {
  return share(partMs / wholeMs);
}

/** CPU time is counted in steps: over a short time it may seem to exceed the elapsed time. */
function share(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, Math.round(value * 1000) / 1000)) : 0;
}
