import { createHook } from 'node:async_hooks';

/** A shorter one that is open at the end is set again and again. */
const longMs = 5_000;

interface Timer {
  _idleTimeout: number;
  _destroyed: boolean;
  hasRef: () => boolean;
}

/** Where timers were set that keep the process alive: `at` gives "5000 ms at lib/x.ts:12" for each. Begins to watch at once. */
export function watchTimers(): { watchAll: () => void; at: () => string[] } {
  const seen = new Map<WeakRef<Timer>, string>();
  let leastMs = longMs;
  createHook({
    trackPromises: false,
    init: (_id, type, _trigger, resource) => {
      const timer = resource as Timer;
      if (type !== 'Timeout' || timer._idleTimeout < leastMs) return;
      seen.set(new WeakRef(timer), `${timer._idleTimeout} ms at ${placeIn(new Error().stack ?? '')}`);
    },
  }).enable();
  return {
    watchAll: () => {
      leastMs = 0;
    },
    at: () => [...new Set([...seen].filter(([ref]) => isOpen(ref.deref())).map(([, where]) => where))],
  };
}

function isOpen(timer: Timer | undefined): boolean {
  return timer !== undefined && !timer._destroyed && timer.hasRef();
}

/** The first line of the project's own. */
function placeIn(stack: string): string {
  const lines = stack.split('\n').slice(2);
  const own = lines.find((line) => !line.includes('node:') && !line.includes('node_modules'));
  const place = (own ?? lines[0] ?? '').trim().replace(/^at /, '');
  return place.replace(/^.*\((.*)\)$/, '$1').replace(`file://${process.cwd()}/`, '');
}
