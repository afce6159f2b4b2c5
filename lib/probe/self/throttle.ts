/** How long a CPU limit throttled the container. */
import { readFileSync } from 'node:fs';

const files = ['/sys/fs/cgroup/cpu.stat', '/sys/fs/cgroup/cpu/cpu.stat'];

/** Milliseconds since the container's start (cgroup v2, then v1); null when neither file is there. */
export function throttledMs(): number | null {
  for (const file of files) {
    try {
      const [, unit, value] = /^throttled_(usec|time) (\d+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
      if (value !== undefined) return Number(value) / (unit === 'usec' ? 1e3 : 1e6);
    } catch {
      // Try the other file.
    }
  }
  return null;
}
