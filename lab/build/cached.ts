import { createHash } from 'node:crypto';
import { access, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../places.ts';
import { startTimeOf } from '../processes.ts';

/** Returns the folder `what-<key of ingredients>` of the user's cache; `make` fills it the first time. It appears complete or not at all. */
export async function cached(
  what: string,
  ingredients: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(), `${what}-${digest(ingredients)}`);
  if (
    await access(folder).then(
      () => true,
      () => false,
    )
  ) {
    await utimes(folder, new Date(), new Date());
    return folder;
  }
  await removeDrafts(what);
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    await make(draft);
    // Another starter may have been faster; its result is just as good.
    await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

// A build that was killed leaves its draft, named after its process.
async function removeDrafts(what: string): Promise<void> {
  for (const name of await readdir(cacheFolder()).catch(() => [])) {
    const pid = name.startsWith(`${what}-`) ? /\.(\d+)$/.exec(name)?.[1] : undefined;
    if (pid !== undefined && (await startTimeOf(Number(pid))) === undefined)
      await rm(join(cacheFolder(), name), { recursive: true, force: true });
  }
}

const digest = (ingredients: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 16);
