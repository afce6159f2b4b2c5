import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceFolder } from '../places.ts';
import { run } from '../run.ts';
import { cached } from './cached.ts';
import { compile, compilerFlags, goIn } from './compile.ts';
import type { Output } from './progress.ts';

const flannel = 'github.com/flannel-io/flannel';
const home = join(sourceFolder, 'flannel');

/** The path of flanneld, built from its pinned module the first time. It has a go.mod of its own, so that nothing else is built anew for it. */
export async function buildFlannel(output: Output, signal?: AbortSignal): Promise<string> {
  const sources = await Promise.all(
    ['go.mod', 'go.sum', 'tencent-vpc/v20170312/vpc.go'].map((file) => readFile(join(home, file), 'utf8')),
  );
  const version = new RegExp(`\\s${flannel} (v[\\w.+-]+)`).exec(sources[0] ?? '')?.[1] ?? 'unknown';
  const tags = ['-tags', 'netgo,osusergo'];
  const flags = [
    '-trimpath',
    '-buildvcs=false',
    ...tags,
    ...compilerFlags,
    `-ldflags=-s -w -X ${flannel}/pkg/version.Version=${version}`,
  ];
  const goVersion = await run('go', ['version']);
  const folder = await cached('flannel', [...sources, ...flags, goVersion], (draft) =>
    compile(
      goIn(home, signal),
      {
        modules: `flannel ${version}`,
        what: 'flannel',
        listed: [...tags, flannel],
        builds: [[...flags, '-o', join(draft, 'flanneld'), flannel]],
      },
      output,
    ),
  );
  return join(folder, 'flanneld');
}
