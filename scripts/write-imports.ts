/** Writes the table of CONTRIBUTING.md's "Who may import whom": `npm run imports`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { importTable, keptPackages, type ImportRow } from './import-table.ts';

const file = new URL('../CONTRIBUTING.md', import.meta.url);

/** CONTRIBUTING.md with the current table. Throws when there is no place for it. */
export function withImportTable(contributing: string): string {
  const place = /(?<=\n## Who may import whom\n\n)\|.*?(?=\n\nThis table comes from `scripts\/import-table\.ts`)/s;
  if (!place.test(contributing))
    throw new Error('CONTRIBUTING.md has no "## Who may import whom" with a table below it');
  const table = ['| folder | what it is | may import |', '|---|---|---|', ...importTable.map(line)];
  return contributing.replace(place, () => [...table, '', kept()].join('\n'));
}

function line({ from, what, may }: ImportRow): string {
  return `| \`${from}\` | ${what} | ${allowed(may, from)} |`;
}

/** Files of one folder are named together: "`lib/cluster/{model,addresses}.ts`". */
function allowed(may: readonly string[], from: string): string {
  const folderOf = (one: string): string => /^(.+\/)[^/]+\.ts$/.exec(one)?.[1] ?? one;
  const together = [...Map.groupBy(may, folderOf)].map(([folder, these]) => {
    const [first = ''] = these;
    if (first === from) return 'itself';
    if (first === 'packages') return first;
    if (these.length === 1 || first === folder) return `\`${first}\``;
    return `\`${folder}{${these.map((one) => one.slice(folder.length, -'.ts'.length)).join(',')}}.ts\``;
  });
  return together.join(', ') || 'nothing';
}

function kept(): string {
  const each = Object.entries(keptPackages).map(
    ([name, folders]) => `\`${name}\` is for ${folders.map((folder) => `\`${folder}\``).join(', ')}`,
  );
  return `Of the packages, ${each.join('; ')}.`;
}

if (import.meta.main) writeFileSync(file, withImportTable(readFileSync(file, 'utf8')));
