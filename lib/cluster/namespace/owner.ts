/** Whose namespace is this, and does its owner still run? Distinguishes a killed run's leftovers from a run in progress. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const ownerSchema = z.object({
  /** Where `pid` is valid: one boot of one host, one pid namespace. */
  where: z.string(),
  pid: z.int(),
  /** The process's start in clock ticks since boot, so that a reused pid is not taken for it; null where it is not known. */
  startTicks: z.string().nullable(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** This very process. */
export function thisProcess(): Owner {
  return { where: here(), pid: process.pid, startTicks: startTicks(process.pid) };
}

export const parseOwner = (text: string | undefined): Owner | null => {
  try {
    return ownerSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
};

/** true or false when the owner ran, or runs, on this host; null when only its sign of life can be judged. */
export function ownerRuns(owner: Owner): boolean | null {
  if (owner.where !== here()) return null;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startTicks(owner.pid);
  return now === null || owner.startTicks === null ? null : now === owner.startTicks;
}

function here(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Field 22 of /proc/PID/stat, counted from after the command's name, which may contain spaces and parentheses. A zombie has ended. */
function startTicks(pid: number): string | null {
  try {
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? 'ended' : (fields[18] ?? null);
  } catch {
    return null;
  }
}
