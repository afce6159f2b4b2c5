import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, homeOf, labFolder } from './places.ts';

/** Copies a failed lab's logs to a folder that outlives it, replacing those of the last failed lab; returns the folder, with the lab's own paths below it. */
export async function keepLogs(): Promise<string | undefined> {
  const names = await readdir(join(labFolder, 'nodes')).catch(() => []);
  if (names.length === 0) return undefined;
  const kept = join(cacheFolder(), 'last-failure');
  await rm(kept, { recursive: true, force: true });
  for (const name of names) {
    const target = join(kept, 'nodes', name, 'log');
    await mkdir(target, { recursive: true });
    await cp(homeOf(name).log, target, { recursive: true }).catch(() => undefined);
  }
  return kept;
}
