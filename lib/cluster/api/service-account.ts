import { statSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';

const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Inside a pod: its service account, which kubectl uses where its files say nothing. null elsewhere. `root`: of the file system, for tests. */
export function serviceAccount(env: NodeJS.ProcessEnv, root = ''): KubeConfig | null {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  const isInPod = host && port && statSync(root + tokenFile, { throwIfNoEntry: false })?.isFile();
  if (!isInPod) return null;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster(root);
  // client-node 2.0.1 speaks plain http to ports 80, 8080 and 8001; kubectl never does.
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  kubeConfig.clusters = kubeConfig.clusters.map((cluster) => ({ ...cluster, server }));
  return kubeConfig;
}
