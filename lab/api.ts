import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { apiAddress, apiPort } from './addresses.ts';
import { certificatesFolder } from './places.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Sends a request to the lab's API server, as admin. Rejects when there is no answer in time. */
export type Api = (method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: object) => Promise<Reply>;

/** The bring-up needs half a dozen requests, so it does without a client library, whose loading alone takes a second. */
export async function connectApi(timeoutMs = 30_000): Promise<Api> {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', 'admin.crt', 'admin.key'].map((file) => readFile(join(certificatesFolder, file))),
  );
  const agent = new Agent({ ca, cert, key, keepAlive: true });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: apiAddress,
          port: apiPort,
          path,
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
