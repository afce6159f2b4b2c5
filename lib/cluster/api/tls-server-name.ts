import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, ProxyAgent } from 'undici';

/**
 * Has the server's certificate compared with an address, where the cluster's tls-server-name is one. client-node 2.0.1 sends it as the
 * name of the server in the handshake, where an address is not allowed (RFC 6066, 3): so none is sent, and the comparison is made here.
 */
export function compareWithAddress(kubeConfig: KubeConfig): void {
  const cluster = kubeConfig.getCurrentCluster();
  const address = cluster?.tlsServerName;
  if (cluster === null || address === undefined || isIP(address) === 0) return;
  const { tlsServerName: _instead, ...others } = cluster;
  kubeConfig.clusters = kubeConfig.clusters.map((one) => (one === cluster ? others : one));
  const identity = {
    checkServerIdentity: (_host: string, certificate: PeerCertificate) => checkServerIdentity(address, certificate),
  };
  const forSockets = kubeConfig.applyToHTTPSOptions.bind(kubeConfig);
  kubeConfig.applyToHTTPSOptions = async (options) => {
    await forSockets(options);
    Object.assign(options, identity);
  };
  const forRequests = kubeConfig.applySecurityAuthentication.bind(kubeConfig);
  kubeConfig.applySecurityAuthentication = async (request) => {
    await forRequests(request);
    const options: RequestOptions = {};
    await forSockets(options as Parameters<typeof forSockets>[0]);
    const { ca, cert, key, rejectUnauthorized } = options;
    const given = Object.entries({ ca, cert, key, rejectUnauthorized }).filter(([, value]) => value !== undefined);
    const tls = { ...Object.fromEntries(given), ...identity };
    const { proxyUrl } = cluster;
    request.setDispatcher(proxyUrl ? new ProxyAgent({ uri: proxyUrl, requestTls: tls }) : new Agent({ connect: tls }));
  };
}
