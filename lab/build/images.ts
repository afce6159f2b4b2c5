import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../run.ts';

/** The sandbox image's name, and the probe image's: what the suite asks for on any cluster, here made from the pinned Node itself. */
export const pauseImage = 'flatnet.lab/pause:1';
export const probeImage = `docker.io/library/node:${process.versions.node}-slim`;

/** Writes pause.tar and probe.tar (docker archives, one layer each) into a folder. */
export async function writeImages(components: string, folder: string): Promise<string[]> {
  const pause = join(folder, 'pause');
  await mkdir(pause, { recursive: true });
  await copyFile(join(components, 'pause'), join(pause, 'pause'));

  const probe = join(folder, 'probe');
  for (const path of ['/usr/local/bin', '/etc', '/tmp', '/root']) await mkdir(join(probe, path), { recursive: true });
  await chmod(join(probe, 'tmp'), 0o1777);
  await copyFile(process.execPath, join(probe, 'usr/local/bin/node'));
  for (const library of await librariesOf(process.execPath)) {
    await mkdir(join(probe, dirname(library)), { recursive: true });
    await cp(await realpath(library), join(probe, library));
  }
  await writeFile(join(probe, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
  await writeFile(join(probe, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  await writeFile(join(probe, 'etc/nsswitch.conf'), 'hosts: files dns\n');

  return [
    await archive(pause, pauseImage, { Entrypoint: ['/pause'] }),
    await archive(probe, probeImage, {
      Cmd: ['node'],
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', `NODE_VERSION=${process.versions.node}`],
    }),
  ];
}

// `ldd` prints `name => /path (address)`, or the loader's path alone.
const librariesOf = async (binary: string): Promise<string[]> =>
  (await run('ldd', [binary])).split('\n').flatMap((line) => /(?:=>\s*|^\s*)(\/\S+) \(/.exec(line)?.[1] ?? []);

async function archive(root: string, name: string, config: Record<string, unknown>): Promise<string> {
  const parts = `${root}.parts`;
  await mkdir(parts);
  const tar = (file: string, folder: string, ...what: string[]) =>
    run('tar', [
      '--create',
      '--file',
      file,
      '--directory',
      folder,
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      ...what,
    ]);
  await tar(join(parts, 'layer.tar'), root, '.');
  const digest = createHash('sha256')
    .update(await readFile(join(parts, 'layer.tar')))
    .digest('hex');
  await rename(join(parts, 'layer.tar'), join(parts, `${digest}.tar`));
  const architecture = ({ x64: 'amd64', arm64: 'arm64' } as Record<string, string>)[process.arch] ?? process.arch;
  await writeFile(
    join(parts, 'config.json'),
    JSON.stringify({
      architecture,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [],
    }),
  );
  await writeFile(
    join(parts, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: [`${digest}.tar`] }]),
  );
  await tar(`${root}.tar`, parts, 'manifest.json', 'config.json', `${digest}.tar`);
  await rm(parts, { recursive: true });
  return `${root}.tar`;
}
