import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { certificatesFolder, kubeconfigFile } from './places.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Sends a request to the lab's API server, as admin. Rejects when there is no answer in time. */
export type Api = (method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: object) => Promise<Reply>;

/** To the server of the lab's kubeconfig. The bring-up needs half a dozen requests, so it does without a client library, whose loading alone takes a second. */
export async function connectApi(timeoutMs = 30_000): Promise<Api> {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', 'admin.crt', 'admin.key'].map((file) => readFile(join(certificatesFolder, file))),
  );
  const { clusters } = JSON.parse(await readFile(kubeconfigFile, 'utf8')) as {
    clusters: [{ cluster: { server: string } }];
  };
  const { server } = clusters[0].cluster;
  const agent = new Agent({ ca, cert, key, keepAlive: true });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, server),
        {
          method,
          agent,
          timeout: timeoutMs,
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
          );
          response.on('error', reject);
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
