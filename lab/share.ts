import { copyFile, cp, link, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Puts files and folders of this machine (values) below a folder, at the paths that are their keys: as one file on disk and in memory for all nodes, where the file systems allow it. */
export async function shareAll(binaries: Readonly<Record<string, string>>, below: string): Promise<void> {
  await Promise.all(Object.entries(binaries).map(([path, source]) => share(source, join(below, path))));
}

async function share(source: string, target: string): Promise<void> {
  if (!(await stat(source)).isDirectory()) {
    await mkdir(dirname(target), { recursive: true });
    return link(source, target).catch(() => copyFile(source, target));
  }
  // Folders hold sources, not programs: small enough for a copy.
  await cp(source, target, { recursive: true });
}
