import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './processes.ts';

/** One mounted cgroup hierarchy. `options` are those for mounting it again. */
export interface Hierarchy {
  readonly path: string;
  readonly type: 'cgroup' | 'cgroup2';
  readonly options: string;
}

const parent = 'flatnet';

/** The machine's cgroup hierarchies: one per v1 controller, or the single one of v2. */
export async function hierarchies(): Promise<Hierarchy[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter(Boolean);
  const mounted = lines.flatMap((line): Hierarchy[] => {
    const [left = '', right = ''] = line.split(' - ');
    const [type, , superOptions = ''] = right.split(' ');
    const path = left.split(' ')[4];
    if (path === undefined || !path.startsWith('/sys/fs/cgroup')) return [];
    if (type === 'cgroup2') return [{ path, type, options: '' }];
    if (type !== 'cgroup') return [];
    const options = superOptions
      .split(',')
      .filter(
        (option) =>
          !['rw', 'ro', 'none', 'xattr', 'clone_children'].includes(option) && !option.startsWith('release_agent'),
      );
    return [
      {
        path,
        type,
        options: options.some((option) => option.startsWith('name='))
          ? ['none', ...options].join(',')
          : options.join(','),
      },
    ];
  });
  // A folder may have been mounted over (a container in a container): the last mount is the visible one.
  return [...new Map(mounted.map((hierarchy) => [hierarchy.path, hierarchy])).values()];
}

/** Makes flatnet/NAME in every hierarchy, so that everything a node creates is under one folder that can be removed. */
export async function makeCgroups(name: string): Promise<void> {
  for (const { path, type } of await hierarchies()) {
    for (const folder of [join(path, parent), join(path, parent, name)]) {
      await mkdir(folder, { recursive: true });
      if (type === 'cgroup2') await delegate(join(folder, '..'));
      // A v1 cpuset starts empty and accepts no process until it is filled.
      else
        for (const file of ['cpuset.cpus', 'cpuset.mems'])
          await readFile(join(folder, '..', file), 'utf8').then(
            (value) => writeFile(join(folder, file), value),
            () => undefined,
          );
    }
  }
}

async function delegate(folder: string): Promise<void> {
  const controllers = (await readFile(join(folder, 'cgroup.controllers'), 'utf8').catch(() => '')).trim();
  if (controllers !== '')
    await writeFile(
      join(folder, 'cgroup.subtree_control'),
      controllers
        .split(/\s+/)
        .map((name) => `+${name}`)
        .join(' '),
    ).catch(() => undefined);
}

/** Removes flatnet/ from every hierarchy; false when something in it is still alive. */
export async function removeCgroups(): Promise<boolean> {
  const trees = (await hierarchies()).map(({ path }) => join(path, parent));
  // The kernel releases a group a little after its last process is gone.
  return eventually(async () => (await Promise.all(trees.map(removeTree))).every(Boolean), 10_000);
}

async function removeTree(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return true;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  return rmdir(folder).then(
    () => true,
    () => false,
  );
}
