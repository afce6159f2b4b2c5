/** A stream on which nothing is heard for too long is lost, whatever its socket says. */

export interface Silence {
  /** Something was heard: restarts the timer. The first call starts it. */
  heard(): void;
  /** Stops the timer until something is heard again. */
  stop(): void;
}

/** Calls `onSilence` once, when nothing was heard for `silenceMs`. Does not keep the process alive. */
export function watchSilence({ silenceMs, onSilence }: { silenceMs: number; onSilence: () => void }): Silence {
  let timer: NodeJS.Timeout | null = null;
  let times = 0;
  const stop = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
  };
  const check = (): void => {
    // A runner that was suspended has bytes waiting: they are read before the immediate runs.
    const before = times;
    setImmediate(() => {
      if (before !== times || timer === null) return;
      stop();
      onSilence();
    });
  };
  return {
    stop,
    heard() {
      times++;
      if (timer) timer.refresh();
      else timer = setTimeout(check, silenceMs).unref();
    },
  };
}
