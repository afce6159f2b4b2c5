import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiAddress, apiServer, apiServiceAddress, type NodeAddresses } from './addresses.ts';
import { type Family, those } from './families.ts';
import { certificatesFolder as folder, kubeconfigFile } from './places.ts';
import { run } from './run.ts';

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '365'];

/** Makes the lab's own CA, a certificate for each component, the service account key, and the user's kubeconfig. `users` are further users of the API, by name. */
export async function writeCertificates(
  nodes: readonly NodeAddresses[],
  { users, families }: { users: readonly string[]; families: readonly Family[] },
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await run('openssl', [
    'req',
    '-x509',
    ...newKey,
    '-subj',
    '/CN=flatnet-lab',
    '-keyout',
    join(folder, 'ca.key'),
    '-out',
    join(folder, 'ca.crt'),
  ]);
  await Promise.all([
    certify('kube-apiserver', '/CN=kube-apiserver', [
      'IP:127.0.0.1',
      ...[apiAddress, apiServiceAddress].flatMap((both) => those(both, families)).map((address) => `IP:${address}`),
      'DNS:kubernetes',
      'DNS:kubernetes.default',
      'DNS:kubernetes.default.svc',
    ]),
    certify('kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client'),
    certify('admin', '/O=system:masters/CN=flatnet-lab-admin'),
    certify('kube-controller-manager', '/CN=system:kube-controller-manager'),
    certify('kube-scheduler', '/CN=system:kube-scheduler'),
    certify('kube-proxy', '/CN=system:kube-proxy'),
    ...users.map((name) => certify(name, `/CN=${name}`)),
    ...nodes.map((node) =>
      certify(node.name, `/O=system:nodes/CN=system:node:${node.name}`, [
        ...those(node, families).map((address) => `IP:${address}`),
        `DNS:${node.name}`,
      ]),
    ),
    serviceAccountKey(),
  ]);
  await writeFile(kubeconfigFile, await kubeconfigOf('admin', families), { mode: 0o600 });
}

/** A kubeconfig (JSON, which is YAML) with the named certificate in it. */
export async function kubeconfigOf(name: string, families: readonly Family[]): Promise<string> {
  const [ca, certificate, key] = await Promise.all(
    ['ca.crt', `${name}.crt`, `${name}.key`].map((file) => readFile(join(folder, file), 'base64')),
  );
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    // Never through a proxy: the lab's traffic stays on this machine.
    clusters: [
      {
        name: 'flatnet-lab',
        cluster: { server: apiServer(families), 'certificate-authority-data': ca, 'proxy-url': '' },
      },
    ],
    users: [{ name, user: { 'client-certificate-data': certificate, 'client-key-data': key } }],
    contexts: [{ name: 'flatnet-lab', context: { cluster: 'flatnet-lab', user: name } }],
    'current-context': 'flatnet-lab',
  });
}

async function certify(name: string, subject: string, alternativeNames: readonly string[] = []): Promise<void> {
  const extensions = [
    'extendedKeyUsage=clientAuth,serverAuth',
    ...(alternativeNames.length > 0 ? [`subjectAltName=${alternativeNames.join(',')}`] : []),
  ];
  await run('openssl', [
    'req',
    '-x509',
    ...newKey,
    '-CA',
    join(folder, 'ca.crt'),
    '-CAkey',
    join(folder, 'ca.key'),
    '-subj',
    subject,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
    ...extensions.flatMap((extension) => ['-addext', extension]),
    '-keyout',
    join(folder, `${name}.key`),
    '-out',
    join(folder, `${name}.crt`),
  ]);
}

async function serviceAccountKey(): Promise<void> {
  await run('openssl', [
    'genpkey',
    '-algorithm',
    'EC',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-out',
    join(folder, 'sa.key'),
  ]);
  await run('openssl', ['pkey', '-in', join(folder, 'sa.key'), '-pubout', '-out', join(folder, 'sa.pub')]);
}
