/** The files of a kubeconfig, found, read and merged as kubectl does it. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { ClusterError, kubeconfigInvalid, kubeconfigUnreadable, reasonOf } from './errors.ts';
import { readUserFields, type UserFields } from './user-fields.ts';

/** One file, and the fields that client-node does not read. */
export interface KubeconfigFile {
  name: string;
  config: KubeConfig;
  fields: UserFields;
}

/** Which files, and where that choice comes from. */
export function whichFiles(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
): { files: string[]; how: 'named' | 'environment' | 'default' } {
  if (file !== undefined) return { files: [resolve(file)], how: 'named' };
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((name) => name !== '');
  if (listed.length > 0) return { files: listed.map((name) => resolve(name)), how: 'environment' };
  return { files: [join(env['HOME'] || homedir(), '.kube', 'config')], how: 'default' };
}

/** The contents of one file; none when the file does not exist: kubectl, too, passes over those of KUBECONFIG that are missing. */
export function readOne(name: string, empty: boolean): KubeconfigFile[] {
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw kubeconfigUnreadable(name, error);
  }
  if (empty && text.trim() === '') return [{ name, config: new KubeConfig(), fields: new Map() }];
  try {
    const config = new KubeConfig();
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(name));
    findPlugins(config, dirname(name));
    if (!empty && config.contexts.length === 0) throw kubeconfigInvalid(name, 'it holds no context');
    return [{ name, config, fields: readUserFields(text, dirname(name)) }];
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    if (error instanceof z.ZodError) {
      const { path, message } = error.issues[0]!;
      throw kubeconfigInvalid(name, `${path.join('.')}: ${message}`);
    }
    // Further lines of a YAML error show an excerpt of the file.
    throw kubeconfigInvalid(name, reasonOf(error).split('\n')[0] ?? 'it is not YAML');
  }
}

/** The path of an exec plugin is relative to the file that names it; client-node 2.0.1 does not resolve it. */
function findPlugins(config: KubeConfig, folder: string): void {
  for (const { exec } of config.users) {
    const command: unknown = exec?.command;
    if (typeof command === 'string' && command.includes('/') && !isAbsolute(command))
      exec.command = join(folder, command);
  }
}

/** As kubectl does: of two entries with one name the first file's wins, and so does the first current context. */
export function merge(configs: readonly KubeConfig[]): KubeConfig {
  const first = <T extends { name: string }>(entries: readonly T[]): T[] =>
    [
      ...entries
        .toReversed()
        .reduce((byName, entry) => byName.set(entry.name, entry), new Map<string, T>())
        .values(),
    ].toReversed();
  const merged = new KubeConfig();
  merged.loadFromOptions({
    clusters: first(configs.flatMap(({ clusters }) => clusters)),
    users: first(configs.flatMap(({ users }) => users)),
    contexts: first(configs.flatMap(({ contexts }) => contexts)),
    currentContext: configs.map(({ currentContext }) => currentContext).find((name) => name) ?? '',
  });
  return merged;
}
