import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** They end by themselves after this, in case their starter is gone. */
const longestMs = 20 * 60_000;

export interface BusyLoops {
  readonly pids: readonly number[];
  /** Resolves when all have ended; may be called more than once. */
  end(): Promise<void>;
}

/** Starts processes that use all the CPU time they get. */
export function startBusyLoops(count: number): BusyLoops {
  const loop = `const end = Date.now() + ${longestMs}; while (Date.now() < end);`;
  const children = Array.from({ length: count }, () => spawn(process.execPath, ['--eval', loop], { stdio: 'ignore' }));
  const endOne = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return {
    pids: children.flatMap(({ pid }) => pid ?? []),
    end: async () => void (await Promise.all(children.map(endOne))),
  };
}
