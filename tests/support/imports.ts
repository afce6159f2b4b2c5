/** What the project's files import, and whether they may. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { importTable, keptPackages, type ImportRow } from '../../scripts/import-table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files of these folders: path from the root → text. */
export function sourcesOf(...folders: string[]): Map<string, string> {
  const paths = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }));
  return new Map(
    paths.map((path) => path.replaceAll('\\', '/')).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
}

/** What a file imports, type imports included: paths from the root, `node:…`, package names. */
export function importsOf(file: string, source: string): string[] {
  const found = source.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/gm,
  );
  return [...found].map(([, from, direct]) => {
    const specifier = (from ?? direct)!;
    return specifier.startsWith('.')
      ? join(dirname(file), specifier)
      : specifier.replace(/^((@[^/]+\/)?[^/]+).*$/, '$1');
  });
}

/** Why a file may not import that (a path from the root, a name of a package, `node:…`), or null when it may. */
export function objection(file: string, imported: string): string | null {
  const row = rowOf(file);
  if (row === undefined) return `${file} is in no folder of the import table`;
  const keepers = keptPackages[imported];
  const isPath = imported.includes('/') && !imported.startsWith('@') && !imported.startsWith('node:');
  const asked = imported.startsWith('node:') ? 'node:' : isPath || imported === 'package.json' ? imported : 'packages';
  const isKept = keepers !== undefined && !keepers.some((folder) => file.startsWith(folder));
  if (!isKept && row.may.some((one) => (one.endsWith('/') ? asked.startsWith(one) : asked === one))) return null;
  return `${file} may not import ${imported}`;
}

/** The row that applies to a file; undefined: there is none. */
function rowOf(file: string): ImportRow | undefined {
  return importTable
    .filter(({ from }) => (from.endsWith('/') ? file.startsWith(from) : file === from))
    .toSorted((one, other) => other.from.length - one.from.length)[0];
}

/** Import cycles, direct or indirect: each group sorted, and the groups too. */
export function cyclesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map([...imports.keys()].map((file) => [file, reachedFrom(file, imports)]));
  const groups = [...imports.keys()]
    .filter((file) => reached.get(file)!.has(file))
    .map((file) => [...reached.get(file)!].filter((other) => reached.get(other)?.has(file)).toSorted());
  return [...new Map(groups.map((group) => [group.join(' '), group])).values()].toSorted(([a], [b]) =>
    a!.localeCompare(b!),
  );
}

function reachedFrom(file: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const next = [...(imports.get(file) ?? [])];
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    if (reached.has(one)) continue;
    reached.add(one);
    next.push(...(imports.get(one) ?? []));
  }
  return reached;
}
