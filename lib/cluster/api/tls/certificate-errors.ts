/** Why TLS rejects a connection to the API server, by the `code` of its error: a bad certificate must not be reported as an unreachable address. */
import { ClusterError, rootOf } from '../errors.ts';

/** OpenSSL's X509_V_ERR_… as Node names them, each for a chain that ends at no trusted authority. */
const untrusted: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

/** Alerts that a server sends about the certificate of its client. Since TLS 1.3 they come after the handshake. */
const refusedClient =
  /_ALERT_(UNKNOWN_CA|(BAD|NO|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(REQUIRED|EXPIRED|REVOKED|UNKNOWN)|ACCESS_DENIED)$/;

/** The error that lies under `error`, if TLS raised it; null for any other. */
export function certificateError(
  server: string,
  error: unknown,
  { now = new Date() }: { now?: Date } = {},
): ClusterError | null {
  const root = rootOf(error) as { code?: unknown; cert?: { subjectaltname?: unknown } } | null;
  const code = typeof root?.code === 'string' ? root.code : '';
  if (untrusted.has(code)) return serverUntrusted(server, code);
  if (code === 'CERT_HAS_EXPIRED') return serverExpired(server, now);
  if (code === 'CERT_NOT_YET_VALID') return serverNotYetValid(server, now);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH')
    return serverNamedOtherwise(server, root?.cert?.subjectaltname);
  if (refusedClient.test(code)) return clientRefused(server, wordsOf(code));
  // Before a byte is sent: from the certificates and keys themselves.
  if (code.startsWith('ERR_OSSL_')) return clientUnusable(wordsOf(code));
  return code.startsWith('ERR_SSL_') ? tlsFailed(server, wordsOf(code)) : null;
}

/** "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" as "tlsv13 alert certificate required". */
const wordsOf = (code: string): string =>
  code
    .replace(/^ERR_(OSSL|SSL)_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');

const serverUntrusted = (server: string, code: string): ClusterError =>
  new ClusterError('server-certificate-untrusted', {
    message: `The certificate of the API server ${server} comes from an authority that is not trusted (${code}).`,
    remedy:
      'certificate-authority-data in the kubeconfig must hold the CA of this cluster (a kubeconfig without any leaves it to the system’s certificate store, or to SSL_CERT_FILE): fetch the kubeconfig again if the cluster was recreated. Behind a proxy that inspects TLS it must hold the CA of the proxy.',
  });

const serverExpired = (server: string, now: Date): ClusterError =>
  new ClusterError('server-certificate-expired', {
    message: `The certificate of the API server ${server} has expired.`,
    remedy: `Renew it (\`kubeadm certs check-expiration\` shows it), or set the clock of this machine, which says ${now.toISOString()}.`,
  });

const serverNotYetValid = (server: string, now: Date): ClusterError =>
  new ClusterError('server-certificate-not-yet-valid', {
    message: `The certificate of the API server ${server} is not valid yet.`,
    remedy: `Check the clock of this machine, which says ${now.toISOString()}, and that of the machine that issued the certificate.`,
  });

const serverNamedOtherwise = (server: string, names: unknown): ClusterError =>
  new ClusterError('server-certificate-other-name', {
    message: `The certificate of the API server ${server} is not for this address${typeof names === 'string' ? `: it is for ${names}` : ''}.`,
    remedy:
      'In the kubeconfig, use a server address that the certificate contains, or set tls-server-name to a name that it contains.',
  });

const clientRefused = (server: string, alert: string): ClusterError =>
  new ClusterError('client-certificate-refused', {
    message: `The API server ${server} does not accept the client certificate, or requires one: ${alert}.`,
    remedy:
      'client-certificate-data in the kubeconfig must hold a certificate that has not expired, from an authority that the server trusts. Fetch the kubeconfig again, or log in again.',
  });

const clientUnusable = (why: string): ClusterError =>
  new ClusterError('client-certificate-unusable', {
    message: `The certificates of the kubeconfig can't be used: ${why}.`,
    remedy: 'client-certificate-data and client-key-data must be a certificate and its key, each PEM in base64.',
  });

const tlsFailed = (server: string, why: string): ClusterError =>
  new ClusterError('tls-failed', {
    message: `TLS with the API server ${server} failed: ${why}.`,
    remedy:
      'Check the port in the kubeconfig and that no proxy answers in place of the server. It may also want a client certificate where the kubeconfig has none.',
  });
