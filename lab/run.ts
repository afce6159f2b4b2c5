import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { commandFailed, commandTooSlow, interrupted } from './errors.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Called with every line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
  /** After this it is stopped, which is an error; default: two minutes, Infinity: no limit. */
  readonly limitMs?: number;
}

const usualLimitMs = 2 * 60_000;
const killAfterMs = 5_000;
/** The longest delay of a Node timer. */
const longestTimerMs = 2 ** 31 - 1;

/** Runs a program to its end and returns its outcome, whatever the exit code; 127 when it could not be started. LAB_COMMAND_FAILED when it does not end in time. */
export async function outcomeOf(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { limitMs = usualLimitMs } = options;
  const over = new AbortController();
  const child = execa(command, args, {
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.onLine === undefined ? {} : { buffer: { stderr: false } }),
  });
  const ended = async (): Promise<Outcome> => {
    if (options.onLine) for await (const line of child.iterable({ from: 'stderr' })) options.onLine(line);
    const result = await child;
    if (result.isCanceled) throw interrupted();
    return {
      exitCode: result.exitCode ?? (result.isTerminated ? 137 : 127),
      stdout: result.stdout,
      stderr: result.stderr ?? result.shortMessage ?? '',
    };
  };
  // Not execa's time-out, which keeps waiting for grandchildren that hold the output open.
  const late = async (): Promise<never> => {
    await sleep(Math.min(limitMs, longestTimerMs), undefined, { signal: over.signal });
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), killAfterMs).unref();
    child.stdout?.destroy();
    child.stderr?.destroy();
    throw commandTooSlow([command, ...args].join(' '), limitMs / 1000);
  };
  const outcome = ended();
  // The loser of the race must not become an unhandled rejection.
  outcome.catch(() => {});
  return Promise.race([outcome, late()]).finally(() => over.abort());
}

/** Runs a program and returns its standard output; LAB_COMMAND_FAILED with its last output when it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await outcomeOf(command, args, options);
  if (exitCode !== 0)
    throw commandFailed([command, ...args].join(' '), (stderr || stdout).trim() || `exit code ${exitCode}`, undefined);
  return stdout;
}

/** Starts a program that outlives this process, with its output in an open file; `ended()` becomes true if it ends while this process lives. */
export function startDetached(command: string, args: readonly string[], logFd: number): { ended(): boolean } {
  // Not execa: its promise would keep this process waiting for a child that is meant to stay.
  const child = spawn(command, args, { detached: true, stdio: ['ignore', logFd, logFd] });
  let ended = false;
  for (const event of ['exit', 'error'])
    child.once(event, () => {
      ended = true;
    });
  child.unref();
  return { ended: () => ended };
}
