import { createSecureContext, type ConnectionOptions, type SecureContext, type SecureContextOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { KubeConfig } from '@kubernetes/client-node';
import { onEveryConnection } from './every-connection.ts';
import { systemAuthorities } from './system-authorities.ts';

/**
 * Which authorities are trusted, as kubectl does it: any certificate among those of the kubeconfig, an intermediate one as well, where
 * OpenSSL alone wants the root; and the system's where the kubeconfig holds none.
 */
export function trustAsKubectl(kubeConfig: KubeConfig, env: NodeJS.ProcessEnv): void {
  const { caData, caFile, skipTLSVerify } = kubeConfig.getCurrentCluster() ?? {};
  const bySystem = caData || caFile || skipTLSVerify ? () => ({}) : trustingSystem(env);
  onEveryConnection(kubeConfig, (given) => ({ allowPartialTrustChain: true, ...bySystem(given) }));
}

/** Two hundred authorities take 0.1 s to load: they are read once, and all connections with the same client certificate share them. */
function trustingSystem(env: NodeJS.ProcessEnv): (given: ConnectionOptions) => ConnectionOptions {
  let ca: string[] | undefined;
  let kept: { secureContext: SecureContext; client: SecureContextOptions } | null = null;
  return ({ cert, key }) => {
    const client = { ...(cert && { cert }), ...(key && { key }) };
    if (kept !== null && isDeepStrictEqual(kept.client, client)) return { secureContext: kept.secureContext };
    ca ??= systemAuthorities(env);
    try {
      const secureContext = createSecureContext({ ca, allowPartialTrustChain: true, ...client });
      kept = { secureContext, client };
      return { secureContext };
    } catch {
      // A client certificate that can't be used: the connection itself says so.
      return { ca };
    }
  };
}
