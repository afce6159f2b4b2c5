import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { namespacePrefix } from './addresses.ts';
import { namespacesFolder } from './namespaces-folder.ts';
import { outcomeOf } from './run.ts';

/** A process that cannot be mistaken for a later one with the same pid. `startTime` is in clock ticks since boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** When a process was started, in clock ticks since boot; undefined when it is gone or only a zombie. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The command's name is in parentheses and may contain spaces; fields are counted after it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** This process, for the state file. */
export const ownIdentity = async (): Promise<ProcessIdentity> => ({
  pid: process.pid,
  startTime: (await startTimeOf(process.pid)) ?? '',
});

/** True while that same process runs. */
export const isAlive = async (identity: ProcessIdentity): Promise<boolean> =>
  (await startTimeOf(identity.pid)) === identity.startTime;

/** Names of the lab's network namespaces, whoever made them. */
export const ownNamespaces = async (): Promise<string[]> =>
  (await readdir(namespacesFolder).catch(() => [] as string[])).filter((name) => name.startsWith(namespacePrefix));

/** Processes in the lab's namespaces, without those in pods, which end with these. */
export const livingInLab = async (): Promise<number[]> =>
  (await Promise.all((await ownNamespaces()).map(processesIn))).flat().filter((pid) => pid !== process.pid);

async function processesIn(namespace: string): Promise<number[]> {
  const { stdout } = await outcomeOf('ip', ['netns', 'pids', namespace]);
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** Sends a signal to those processes that are still the same. */
export async function signalAll(identities: readonly ProcessIdentity[], signal: NodeJS.Signals): Promise<void> {
  for (const identity of identities) if (await isAlive(identity)) signalOne(identity.pid, signal);
}

/** Sends a signal; a process that is gone is no error. */
export function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Asks until the answer is true; false when it was not in time. */
export async function eventually(question: () => Promise<boolean>, withinMs: number, everyMs = 50): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!(await question())) {
    if (performance.now() > end) return false;
    await delay(everyMs);
  }
  return true;
}
