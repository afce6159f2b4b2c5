/** Why a server ends a TLS connection. */
import { request, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';

const deadlineMs = 5_000;

/**
 * The error of one more request, made by Node's own HTTP client; null when there is none. Never throws.
 * undici 8.12.4 reports the end of the connection instead: it loses an alert that arrives after the handshake, and since TLS 1.3
 * that is when a server rejects a client certificate.
 */
export async function tlsAlert({ kubeConfig, server }: { kubeConfig: KubeConfig; server: string }): Promise<unknown> {
  const options: RequestOptions = { signal: AbortSignal.timeout(deadlineMs) };
  try {
    await kubeConfig.applyToHTTPSOptions(options);
  } catch (error) {
    return error;
  }
  return new Promise((resolve) => {
    const asked = request(`${server}/version`, options, (response) => {
      response.destroy();
      resolve(null);
    });
    asked.on('error', resolve).end();
  });
}
