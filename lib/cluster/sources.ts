/** What the probe's containers run: the files of lib/probe, without their types. */
import { readFileSync, readdirSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const folder = new URL('../probe/', import.meta.url);

/**
 * File name → text. A ConfigMap holds at most 1 MiB.
 * Types are stripped here, once: Node 26 would do it in each of a node's six processes, which took an agent 180 ms instead
 * of 60 to start and 38 MB instead of 13. Lines and columns stay, so that a stack trace points into lib/probe.
 */
export function probeSources(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return Object.fromEntries(
    names.map((name) => [asScript(name), withoutTypes(readFileSync(new URL(name, folder), 'utf8'))]),
  );
}

/** Without the warning that `stripTypeScriptTypes` is experimental: nothing that a user of the suite could act on. */
function quietly<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function asScript(name: string): string {
  return name.replace(/\.ts$/, '.js');
}

/** `'./wire.ts'` is only ever written where a file of this folder is meant. */
function withoutTypes(source: string): string {
  return quietly(() => stripTypeScriptTypes(source)).replaceAll(/(['"])(\.\/[\w-]+)\.ts\1/g, '$1$2.js$1');
}
