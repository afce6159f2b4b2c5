/** The certificate store of the system, as Go's programs find it. */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';

/** As Go lists them: the first file that exists is read, and every folder. */
const files = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const folders = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

/**
 * PEM, each once: those of the system, or of SSL_CERT_FILE and SSL_CERT_DIR (folders with ":" between them) in their place; where there are
 * none, those that Node brings along. And those of NODE_EXTRA_CA_CERTS. What can't be read is passed over. Node 26 alone takes SSL_CERT_DIR for one folder, and drops a file with one bad certificate in it.
 */
export function systemAuthorities(env: NodeJS.ProcessEnv): string[] {
  const own = ['darwin', 'win32'].includes(process.platform) ? getCACertificates('system') : ofUnix(env);
  const all = own.length > 0 ? [...own, ...getCACertificates('extra')] : getCACertificates('default');
  return [...new Set(all.map((one) => one.trim()))];
}

function ofUnix(env: NodeJS.ProcessEnv): string[] {
  const named = env['SSL_CERT_FILE'] ? [env['SSL_CERT_FILE']] : files;
  const inside = env['SSL_CERT_DIR'] ? env['SSL_CERT_DIR'].split(':') : folders;
  const texts = [
    named.map(textOf).find((text) => text !== null) ?? '',
    ...inside.flatMap((folder) => namesIn(folder).map((name) => textOf(join(folder, name)) ?? '')),
  ];
  // The same certificates are in the file and, by several names, in the folders: each is parsed once.
  return [...new Set(texts.flatMap(certificatesIn))].filter(isSound);
}

function certificatesIn(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function isSound(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
