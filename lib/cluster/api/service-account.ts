import { existsSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';

const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Inside a pod: its service account, which kubectl uses where there is no kubeconfig. null elsewhere. `root`: of the file system, for tests. */
export function serviceAccount(env: NodeJS.ProcessEnv, root = ''): KubeConfig | null {
  if (!env['KUBERNETES_SERVICE_HOST'] || !existsSync(root + tokenFile)) return null;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster(root);
  return kubeConfig;
}
