/** Ctrl-C, SIGTERM and uncaught errors: the first one ends the run and starts the clean-up, which a second one never interrupts. */
export interface Interruption {
  signal: AbortSignal;
  /** Stops listening. */
  release: () => void;
}

/** Thrown by work that a signal ended. */
class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly code = 'interrupted';
  readonly remedy = 'Run it again for a verdict.';
}

/** Listens for signals. npm forwards the terminal's Ctrl-C, so it may arrive twice: the second one has no effect. */
export function listenForInterruption(options: { say: (text: string) => void }): Interruption {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) return;
    options.say(`${signal}: ending the run and cleaning up`);
    controller.abort(new InterruptedError(`The run was interrupted by ${signal}.`));
  };
  const crash = (error: unknown): void => {
    if (!controller.signal.aborted) controller.abort(error);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  return {
    signal: controller.signal,
    release: () => {
      process.off('uncaughtException', crash);
      process.off('unhandledRejection', crash);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      process.off('SIGHUP', stop);
    },
  };
}
