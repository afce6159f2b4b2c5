/** The files of lib/probe, without their types: what the probe's containers run. */
import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../probe/', import.meta.url);

/**
 * Path below lib/probe, with slashes → text; a package.json makes Node treat them as ES modules. A ConfigMap holds at most 1 MiB.
 * Types are stripped here, once: Node 26 would do it in each of a node's six processes, which took an agent 180 ms instead
 * of 60 to start and 38 MB instead of 13. Lines and columns are kept, so that a stack trace points into lib/probe.
 */
export function probeSources(): Record<string, string> {
  const paths = globSync('**/*.ts', { cwd: fileURLToPath(folder) }).toSorted();
  const scripts = paths.map((path) => [asScript(path), withoutTypes(readFileSync(new URL(path, folder), 'utf8'))]);
  return { ...Object.fromEntries(scripts), 'package.json': '{"type":"module"}\n' };
}

/** Without the warning that `stripTypeScriptTypes` is experimental: users of the suite can't act on it. */
function quietly<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function asScript(path: string): string {
  return path.replaceAll('\\', '/').replace(/\.ts$/, '.js');
}

/** `'../wire.ts'` only occurs where a file of lib/probe is meant. */
function withoutTypes(source: string): string {
  return quietly(() => stripTypeScriptTypes(source)).replaceAll(/(['"])(\.{1,2}\/[\w./-]+)\.ts\1/g, '$1$2.js$1');
}
