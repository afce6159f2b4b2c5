import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sourceFolder } from '../places.ts';
import { run } from '../run.ts';
import { cached } from './cached.ts';
import { compile, compilerFlags, goIn } from './compile.ts';
import type { Output } from './progress.ts';

/** The programs of one third-party project. */
export interface Published {
  /** Its folder beside this one, with a separate go.mod, so that nothing else is rebuilt for it. */
  readonly name: string;
  readonly module: string;
  /** The packages to build, by the name of the binary, within the module; '' for the module itself, '.' for the one in the folder. */
  readonly programs: Readonly<Record<string, string>>;
  /** Sources in the folder beside go.mod and go.sum. */
  readonly sources?: readonly string[];
  /** Build tags besides `netgo` and `osusergo`. */
  readonly tags?: readonly string[];
  /** Linked with the C library unless false. */
  readonly cgo?: boolean;
  /** What the linker writes into it, given the module's version ("v1.2.3"); without it `pkg/version.Version`, the version as it is. */
  readonly stamp?: (version: string) => string;
  /** Folders of the module that its programs read, copied beside the binaries. */
  readonly folders?: readonly string[];
}

/** A folder with the binaries, built from their pinned module the first time. */
export async function buildFromModule(published: Published, output: Output, signal?: AbortSignal): Promise<string> {
  const { name, module, programs, sources: own = [], tags: more = [], cgo = true, folders = [] } = published;
  const home = join(sourceFolder, name);
  const sources = await Promise.all(['go.mod', 'go.sum', ...own].map((file) => readFile(join(home, file), 'utf8')));
  const version = new RegExp(`\\s${module} (v[\\w.+-]+)`).exec(sources[0] ?? '')?.[1] ?? 'unknown';
  const { stamp = (is: string) => `${module}/pkg/version.Version=${is}` } = published;
  const tags = ['-tags', ['netgo', 'osusergo', ...more].join(',')];
  const flags = ['-trimpath', '-buildvcs=false', ...tags, ...compilerFlags, `-ldflags=-s -w -X ${stamp(version)}`];
  const goVersion = await run('go', ['version']);
  const packages = Object.entries(programs).map(
    ([binary, main]) => [binary, main === '.' ? main : `${module}${main}`] as const,
  );
  return cached(name, [...sources, ...flags, goVersion, ...(cgo ? [] : ['no cgo']), ...folders], async (draft) => {
    const go = goIn(home, { cgo, signal });
    await compile(
      go,
      {
        modules: `${name} ${version}`,
        what: name,
        listed: [...tags, ...packages.map(([, path]) => path)],
        builds: packages.map(([binary, path]) => [...flags, '-o', join(draft, binary), path]),
      },
      output,
    );
    const source = folders.length === 0 ? '' : (await go(['list', '-m', '-f', '{{.Dir}}', module])).stdout;
    for (const folder of folders)
      // The module cache is read-only, and what is copied must not be: it is removed one day.
      await run('cp', ['-r', '--no-preserve=mode', join(source, folder), join(draft, basename(folder))]);
  });
}
