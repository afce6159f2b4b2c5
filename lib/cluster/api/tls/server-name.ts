import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { onEveryConnection } from './every-connection.ts';

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
  onEveryConnection(kubeConfig, () => ({
    checkServerIdentity: (_host: string, certificate: PeerCertificate) => checkServerIdentity(address, certificate),
  }));
}
