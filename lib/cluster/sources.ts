/** What the probe's containers run: the files of lib/probe as they are. */
import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../probe/', import.meta.url);

/** File name → text. A ConfigMap holds at most 1 MiB. */
export function probeSources(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
}
