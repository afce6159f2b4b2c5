import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../places.ts';

/** Gives the folder `what-<key of ingredients>` of the user's cache; `make` fills it the first time. It appears whole or not at all. */
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
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await make(draft);
    // Another starter may have been faster; then its result is as good.
    await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

const digest = (ingredients: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 16);
