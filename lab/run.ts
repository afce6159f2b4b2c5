import { spawn } from 'node:child_process';
import { execa } from 'execa';
import { commandFailed, interrupted } from './errors.ts';

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
}

/** Runs a program to its end and gives its outcome, whatever the exit code; 127 when it could not be started. */
export async function outcomeOf(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = execa(command, args, {
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.onLine === undefined ? {} : { buffer: { stderr: false } }),
  });
  if (options.onLine) for await (const line of child.iterable({ from: 'stderr' })) options.onLine(line);
  const result = await child;
  if (result.isCanceled) throw interrupted();
  return {
    exitCode: result.exitCode ?? (result.isTerminated ? 137 : 127),
    stdout: result.stdout,
    stderr: result.stderr ?? result.shortMessage ?? '',
  };
}

/** Runs a program and gives its standard output; LAB_COMMAND_FAILED with its last words when it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await outcomeOf(command, args, options);
  if (exitCode !== 0)
    throw commandFailed([command, ...args].join(' '), (stderr || stdout).trim() || `exit code ${exitCode}`, undefined);
  return stdout;
}

/** Starts a program that outlives this process, its output going to an open file; `ended()` turns true if it ends while this process lives. */
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
