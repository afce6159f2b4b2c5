/** Which cluster, and as whom: a kubeconfig file and one of its contexts, never anything else. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { credentialPlugin, pluginSchema } from './credential-plugin.ts';
import {
  ClusterError,
  contextUnknown,
  kubeconfigInvalid,
  kubeconfigNotFound,
  kubeconfigUnreadable,
  reasonOf,
} from './errors.ts';

export interface Target {
  kubeConfig: KubeConfig;
  /** The file or files that were read. */
  source: string;
  context: string;
  /** "https://host:port" of the API server. */
  server: string;
}

export interface KubeconfigOptions {
  /** A file; left out: every file of KUBECONFIG, else ~/.kube/config. */
  file?: string | undefined;
  /** Left out: the current context of the file. */
  context?: string | undefined;
  env?: NodeJS.ProcessEnv;
}

/** Reads the kubeconfig and checks that the context is whole. Throws a ClusterError; asks nothing of any server. */
export function loadKubeconfig({ file, context, env = process.env }: KubeconfigOptions = {}): Target {
  const { files, how } = whichFiles(file, env);
  const read = files.flatMap((name) => readOne(name, how === 'environment'));
  if (read.length === 0) throw kubeconfigNotFound(files, how);
  const kubeConfig = merge(read.map(({ config }) => config));
  const source = read.map(({ name }) => name).join(delimiter);
  const chosen = context ?? kubeConfig.currentContext ?? '';
  const found = kubeConfig.getContextObject(chosen);
  if (found === null)
    throw contextUnknown(
      chosen,
      source,
      kubeConfig.contexts.map(({ name }) => name),
    );
  kubeConfig.setCurrentContext(chosen);
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null)
    throw kubeconfigInvalid(source, `context "${chosen}" names the cluster "${found.cluster}", which is not in it`);
  if (kubeConfig.getCurrentUser() === null)
    throw kubeconfigInvalid(source, `context "${chosen}" names the user "${found.user}", which is not in it`);
  if (!URL.canParse(cluster.server))
    throw kubeconfigInvalid(source, `"${cluster.server}" is not the address of a server`);
  // client-node refuses plain http without this; kubectl (`kubectl proxy`) does not.
  if (cluster.server.startsWith('http:'))
    kubeConfig.clusters = kubeConfig.clusters.map((one) => (one === cluster ? { ...one, skipTLSVerify: true } : one));
  usePlugin(kubeConfig, { source, context: chosen });
  return { kubeConfig, source, context: chosen, server: cluster.server };
}

function whichFiles(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
): { files: string[]; how: 'named' | 'environment' | 'default' } {
  if (file !== undefined) return { files: [resolve(file)], how: 'named' };
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((name) => name !== '');
  if (listed.length > 0) return { files: listed.map((name) => resolve(name)), how: 'environment' };
  return { files: [join(env['HOME'] || homedir(), '.kube', 'config')], how: 'default' };
}

/** None when the file does not exist: kubectl, too, passes over those of KUBECONFIG that are missing. */
function readOne(name: string, empty: boolean): { name: string; config: KubeConfig }[] {
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw kubeconfigUnreadable(name, error);
  }
  if (empty && text.trim() === '') return [{ name, config: new KubeConfig() }];
  try {
    const config = new KubeConfig();
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(name));
    findPlugins(config, dirname(name));
    if (!empty && config.contexts.length === 0) throw kubeconfigInvalid(name, 'it holds no context');
    return [{ name, config }];
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    // YAML errors bring a drawing of the place on further lines.
    throw kubeconfigInvalid(name, reasonOf(error).split('\n')[0] ?? 'it is not YAML');
  }
}

/** The path of an exec plugin is relative to the file that names it; client-node 2.0.1 leaves it as it is. */
function findPlugins(config: KubeConfig, folder: string): void {
  for (const { exec } of config.users) {
    const command: unknown = exec?.command;
    if (typeof command === 'string' && command.includes('/') && !isAbsolute(command))
      exec.command = join(folder, command);
  }
}

/** Has the exec plugin of the context's user, if there is one, run as `credentialPlugin` does it: client-node 2.0.1 leaves its stdin open for ever. */
function usePlugin(kubeConfig: KubeConfig, { source, context }: { source: string; context: string }): void {
  const user = kubeConfig.getCurrentUser();
  if (!user?.exec) return;
  const plugin = pluginSchema.safeParse(user.exec);
  if (!plugin.success) {
    const { path, message } = plugin.error.issues[0]!;
    throw kubeconfigInvalid(source, `${['exec', ...path].join('.')} of the user "${user.name}": ${message}`);
  }
  const { exec: _own, ...others } = user;
  kubeConfig.users = kubeConfig.users.map((one) => (one === user ? others : one));
  kubeConfig.addAuthenticator(credentialPlugin(plugin.data, { context }));
}

/** As kubectl does: of two entries with one name the first file's wins, and so does the first current context. */
function merge(configs: readonly KubeConfig[]): KubeConfig {
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
