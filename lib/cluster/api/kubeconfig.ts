/** Which cluster, and as which user: a kubeconfig file and one of its contexts, never anything else. */
import { delimiter } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { credentialPlugin, pluginSchema } from './credential-plugin.ts';
import { contextUnknown, kubeconfigInvalid, kubeconfigNotFound } from './errors.ts';
import { merge, readOne, whichFiles } from './kubeconfig-files.ts';
import { proxyFor } from './proxy.ts';
import { serviceAccount } from './service-account.ts';
import { compareWithAddress } from './tls/server-name.ts';
import { trustAsKubectl } from './tls/trust.ts';
import { impersonate, impersonationOf, useTokenFile, type UserFields } from './user-fields.ts';

export interface Target {
  kubeConfig: KubeConfig;
  /** The file or files that were read. */
  source: string;
  context: string;
  /** "https://host:port" of the API server. */
  server: string;
}

export interface KubeconfigOptions {
  /** A file; left out: every file of KUBECONFIG, or else ~/.kube/config; where these say nothing, the service account of the pod that this runs in. */
  file?: string | undefined;
  /** Left out: the current context of the file. */
  context?: string | undefined;
  env?: NodeJS.ProcessEnv;
  /** The root of a pod's file system, for tests. */
  root?: string;
}

/** Reads the kubeconfig and checks that the context is complete. Throws a ClusterError; contacts no server. */
export function loadKubeconfig({ file, context, env = process.env, root }: KubeconfigOptions = {}): Target {
  const { files, how } = whichFiles(file, env);
  let read = files.flatMap((name) => readOne(name, how === 'environment'));
  if (how !== 'named' && read.every(({ config }) => isEmpty(config))) {
    const ofPod = serviceAccount(env, root);
    if (ofPod !== null) read = [{ name: 'the service account of this pod', config: ofPod, fields: new Map() }];
  }
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
  const proxyUrl = proxyFor(cluster.server, { configured: cluster.proxyUrl, env });
  const completed = {
    ...cluster,
    ...(proxyUrl === null ? {} : { proxyUrl }),
    // client-node refuses plain http without this; kubectl (`kubectl proxy`) does not.
    ...(cluster.server.startsWith('http:') ? { skipTLSVerify: true } : {}),
  };
  kubeConfig.clusters = kubeConfig.clusters.map((one) => (one === cluster ? completed : one));
  compareWithAddress(kubeConfig);
  trustAsKubectl(kubeConfig, env);
  usePlugin(kubeConfig, { source, context: chosen });
  useFields(kubeConfig, { source, fields: read.map(({ fields }) => fields) });
  return { kubeConfig, source, context: chosen, server: cluster.server };
}

const isEmpty = ({ clusters, users, contexts }: KubeConfig): boolean =>
  clusters.length + users.length + contexts.length === 0;

/** Has `credentialPlugin` run the exec plugin of the context's user, if there is one: client-node 2.0.1 leaves its stdin open for ever. */
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

/** Applies the fields of the context's user that client-node leaves out; of two entries with one name the first file's. */
function useFields(
  kubeConfig: KubeConfig,
  { source, fields }: { source: string; fields: readonly UserFields[] },
): void {
  const user = kubeConfig.getCurrentUser();
  const own = fields.map((one) => one.get(user?.name ?? '')).find((one) => one !== undefined);
  if (!user || own === undefined) return;
  const headers = impersonationOf(own);
  const names = Object.keys(headers);
  if (names.length > 0 && !user.impersonateUser)
    throw kubeconfigInvalid(
      source,
      `the user "${user.name}" says as which group or uid to act (${names.join(', ')}), and not as whom ("as")`,
    );
  if (own.tokenFile) useTokenFile(kubeConfig, own.tokenFile);
  if (names.length > 0) impersonate(kubeConfig, headers);
}
