import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createReadStream } from 'node:fs';
import { buildFailed } from '../errors.ts';
import { sourceFolder } from '../places.ts';
import { outcomeOf, run } from '../run.ts';
import { cached } from './cached.ts';
import { pauseImage, probeImage, writeImages } from './images.ts';
import { type Output, withProgress } from './progress.ts';

/** A containerd root with the lab's images already unpacked in it, made once by a containerd that has no network. Nodes start from copies of it. */
export async function buildImageStore(components: string, output: Output, signal?: AbortSignal): Promise<string> {
  const recipe = await Promise.all(
    ['build/images.ts', 'build/import-images.sh'].map((file) => readFile(join(sourceFolder, file), 'utf8')),
  );
  const node = createHash('sha256');
  await pipeline(createReadStream(process.execPath), node);
  return cached(
    'images',
    [basename(components), node.digest('hex'), pauseImage, probeImage, ...recipe],
    async (folder) => {
      await withProgress(output, `Making the images ${pauseImage} and ${probeImage}, once`, async () => {
        const archives = await writeImages(components, folder);
        const script = join(sourceFolder, 'build/import-images.sh');
        const { exitCode, stderr } = await outcomeOf(
          'unshare',
          [
            '--net',
            '--mount',
            '--pid',
            '--fork',
            '--kill-child',
            '--mount-proc',
            'sh',
            script,
            components,
            join(folder, 'root'),
            ...archives,
          ],
          { signal, limitMs: 10 * 60_000 },
        );
        if (exitCode !== 0) throw buildFailed('the lab’s images', stderr.split('\n').slice(-20).join('\n'));
        for (const archive of archives)
          await Promise.all([rm(archive), rm(archive.replace(/\.tar$/, ''), { recursive: true })]);
      });
    },
  );
}

/** Gives a node its own containerd root. Layers and blobs are never written in place, so they are shared as hard links (on disk and in memory); databases are copied. */
export async function copyImageStore(store: string, root: string): Promise<void> {
  const linked = await outcomeOf('cp', ['-a', '--link', join(store, 'root'), root]);
  if (linked.exitCode !== 0) {
    await rm(root, { recursive: true, force: true });
    await run('cp', ['-a', '--reflink=auto', join(store, 'root'), root]);
    return;
  }
  const databases = (await run('find', [root, '-name', '*.db', '-printf', '%P\n'])).split('\n').filter(Boolean);
  await Promise.all(
    databases.map((path) => run('cp', ['-a', '--remove-destination', join(store, 'root', path), join(root, path)])),
  );
}
