import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceFolder } from '../places.ts';
import { run } from '../run.ts';
import { cached } from './cached.ts';
import { compile, compilerFlags, goIn } from './compile.ts';
import type { Output } from './progress.ts';

/** One binary of a third-party project. */
export interface Published {
  /** Its folder beside this one, with a separate go.mod, so that nothing else is rebuilt for it. */
  readonly name: string;
  readonly module: string;
  /** The package to build, within the module; '' for the module itself. */
  readonly main: string;
  readonly binary: string;
  /** Sources in the folder beside go.mod and go.sum. */
  readonly sources?: readonly string[];
}

/** The path of the binary, built from its pinned module the first time. */
export async function buildFromModule(
  { name, module, main, binary, sources: own = [] }: Published,
  output: Output,
  signal?: AbortSignal,
): Promise<string> {
  const home = join(sourceFolder, name);
  const sources = await Promise.all(['go.mod', 'go.sum', ...own].map((file) => readFile(join(home, file), 'utf8')));
  const version = new RegExp(`\\s${module} (v[\\w.+-]+)`).exec(sources[0] ?? '')?.[1] ?? 'unknown';
  const tags = ['-tags', 'netgo,osusergo'];
  const flags = [
    '-trimpath',
    '-buildvcs=false',
    ...tags,
    ...compilerFlags,
    `-ldflags=-s -w -X ${module}/pkg/version.Version=${version}`,
  ];
  const goVersion = await run('go', ['version']);
  const folder = await cached(name, [...sources, ...flags, goVersion], (draft) =>
    compile(
      goIn(home, signal),
      {
        modules: `${name} ${version}`,
        what: name,
        listed: [...tags, `${module}${main}`],
        builds: [[...flags, '-o', join(draft, binary), `${module}${main}`]],
      },
      output,
    ),
  );
  return join(folder, binary);
}
