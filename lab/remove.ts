import { access, readdir, rm } from 'node:fs/promises';
import { hostLink, namespacePrefix } from './addresses.ts';
import { removeCgroups } from './cgroups.ts';
import { notRemoved } from './errors.ts';
import { labFolder, stateFile, stateFolder } from './places.ts';
import { eventually, processesIn, signalAll, signalOne } from './processes.ts';
import { outcomeOf } from './run.ts';
import { firstProcesses, readState } from './state.ts';

/** Removes every trace of the lab, whoever left it and however far it came. LAB_NOT_REMOVED when something resists. */
export async function removeLab({ keepState = false } = {}): Promise<void> {
  const state = await readState();
  // The first process of each node takes everything in the node with it.
  if (typeof state === 'object') await signalAll(firstProcesses(state), 'SIGKILL');
  const namespaces = await ownNamespaces();
  const gone = await eventually(async () => {
    const processes = (await Promise.all(namespaces.map(processesIn))).flat().filter((pid) => pid !== process.pid);
    for (const pid of processes) signalOne(pid, 'SIGKILL');
    return processes.length === 0;
  }, 20_000);
  if (!gone) throw notRemoved('processes in its namespaces do not end');
  await outcomeOf('ip', ['link', 'del', hostLink]);
  await Promise.all(namespaces.map((name) => outcomeOf('ip', ['netns', 'del', name])));
  if (!(await removeCgroups())) throw notRemoved('a cgroup below flatnet/ still has processes');
  await rm(labFolder, { recursive: true, force: true });
  if (!keepState) await forget();
}

/** Forgets that there was a lab: the last step, so that a removal that was cut short is found and ended by the next. */
async function forget(): Promise<void> {
  await rm(stateFile, { force: true });
  await rm(stateFolder, { recursive: true, force: true });
}

/** True when anything of a lab is on this machine, whatever the state file says. */
export async function anythingLeft(): Promise<boolean> {
  return (
    (await ownNamespaces()).length > 0 ||
    (await access(labFolder).then(
      () => true,
      () => false,
    ))
  );
}

const ownNamespaces = async (): Promise<string[]> =>
  (await readdir('/run/netns').catch(() => [] as string[])).filter((name) => name.startsWith(namespacePrefix));
