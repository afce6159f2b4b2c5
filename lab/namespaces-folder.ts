/** The folder of `ip netns`: the first namespace on a machine makes it a mount point, and nobody ever takes that back. */
import { readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { namespacesNote } from './places.ts';
import { outcomeOf } from './run.ts';

export const namespacesFolder = '/run/netns';
const nothing = 'nothing';

/** Notes that it is no mount point yet: then it is the lab's first namespace that makes it one. */
export async function noteNamespacesFolder(): Promise<void> {
  if (await isMountPoint()) return;
  const isThere = await stat(namespacesFolder).catch(() => undefined);
  await writeFile(namespacesNote, isThere === undefined ? nothing : 'a folder');
}

/** Makes it what it was before the lab, unless somebody else has a namespace there by now. */
export async function restoreNamespacesFolder(): Promise<void> {
  const noted = await readFile(namespacesNote, 'utf8').catch(() => undefined);
  if (noted === undefined) return;
  const left = await readdir(namespacesFolder).catch(() => []);
  if (left.length === 0) {
    await outcomeOf('umount', [namespacesFolder]);
    if (noted === nothing) await rmdir(namespacesFolder).catch(() => {});
  }
  await rm(namespacesNote, { force: true });
}

async function isMountPoint(): Promise<boolean> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return mounts.split('\n').some((line) => line.split(' ')[4] === namespacesFolder);
}
