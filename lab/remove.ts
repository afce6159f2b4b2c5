import { access, rm } from 'node:fs/promises';
import { hostLink } from './addresses.ts';
import { removeCgroups } from './cgroups.ts';
import { notRemoved } from './errors.ts';
import { restoreLimits } from './limits.ts';
import { restoreNamespacesFolder } from './namespaces-folder.ts';
import { labFolder, limitsFile, stateFile, stateFolder } from './places.ts';
import { eventually, livingInLab, ownNamespaces, signalAll, signalOne } from './processes.ts';
import { outcomeOf } from './run.ts';
import { firstProcesses, readState } from './state.ts';

/** Removes every trace of the lab, whoever started it and however far it got. LAB_NOT_REMOVED when something can't be removed. */
export async function removeLab({ keepState = false } = {}): Promise<void> {
  const state = await readState();
  // When the first process of a node ends, everything in the node ends.
  if (typeof state === 'object') await signalAll(firstProcesses(state), 'SIGKILL');
  const gone = await eventually(async () => {
    const processes = await livingInLab();
    for (const pid of processes) signalOne(pid, 'SIGKILL');
    return processes.length === 0;
  }, 60_000);
  if (!gone) throw notRemoved('processes in its namespaces do not end');
  await outcomeOf('ip', ['link', 'del', hostLink]);
  await Promise.all((await ownNamespaces()).map((name) => outcomeOf('ip', ['netns', 'del', name])));
  if (!(await removeCgroups())) throw notRemoved('a cgroup below flatnet/ still has processes');
  await rm(labFolder, { recursive: true, force: true });
  await restoreLimits();
  await restoreNamespacesFolder();
  if (!keepState) await forget();
}

/** Removes the state file: the last step, so that the next removal finds and completes one that was cut short. */
async function forget(): Promise<void> {
  await rm(stateFile, { force: true });
  await rm(stateFolder, { recursive: true, force: true });
}

/** True when anything of a lab is on this machine, whatever the state file says. */
export async function anythingLeft(): Promise<boolean> {
  if ((await ownNamespaces()).length > 0) return true;
  const found = await Promise.allSettled([labFolder, limitsFile].map((path) => access(path)));
  return found.some(({ status }) => status === 'fulfilled');
}
