import type { KubeConfig } from '@kubernetes/client-node';
import { onEveryConnection } from './every-connection.ts';

/** Which authorities are trusted, as kubectl does it: any certificate among those of the kubeconfig, an intermediate one as well. OpenSSL alone wants the root. */
export function trustAsKubectl(kubeConfig: KubeConfig): void {
  onEveryConnection(kubeConfig, () => ({ allowPartialTrustChain: true }));
}
