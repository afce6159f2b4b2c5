/** A stream on which nothing is heard for too long is lost, whatever its socket says. */

export interface Silence {
  /** Something was heard: puts the moment off. The first call starts the watch. */
  heard(): void;
  /** Ends the watch until something is heard again. */
  stop(): void;
}

/** Calls `onSilence` once, when nothing was heard for `silenceMs`. Keeps no process alive. */
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
