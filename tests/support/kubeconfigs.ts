import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder for the files of a test. */
export async function scratchFolder(): Promise<{ path: (name: string) => string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'flatnet-suite-'));
  return { path: (name) => join(folder, name), remove: async () => rm(folder, { recursive: true, force: true }) };
}

/** Writes a kubeconfig for a server, with one context called "here". */
export async function writeKubeconfig(
  file: string,
  options: { server: string; token?: string; ca?: string },
): Promise<void> {
  const { server, token, ca } = options;
  const cluster = ca === undefined ? { server } : { server, 'certificate-authority-data': ca };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user: token === undefined ? {} : { token } }],
    contexts: [{ name: 'here', context: { cluster: 'cluster', user: 'user' } }],
  };
  // YAML includes JSON.
  await writeFile(file, JSON.stringify(config));
}
