/** A small real HTTP server that stands for an API server, and a kubeconfig for it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import type { Target } from '../../../lib/cluster/api/kubeconfig.ts';

export interface FakeRequest {
  method: string;
  /** Path with query. */
  url: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** `hang`: never answers. `stream`: a watch; the function writes JSON lines, later ones too. */
export type FakeAnswer =
  | { status?: number; json?: unknown; text?: string; headers?: Record<string, string>; afterMs?: number }
  | { hang: true }
  | { drop: true }
  | { stream: (write: (event: unknown) => void, response: ServerResponse) => void };

export interface FakeApi {
  target: Target;
  port: number;
  requests: FakeRequest[];
  /** Connections accepted so far. */
  connections: () => number;
  /** Requests that are neither answered in full nor broken off. */
  underWay: () => number;
  stop: () => Promise<void>;
}

/** Answers every request as `answer` says; listens on 127.0.0.1 only. */
export async function startFakeApi(
  answer: (request: FakeRequest) => FakeAnswer,
  { port = 0 }: { port?: number } = {},
): Promise<FakeApi> {
  const requests: FakeRequest[] = [];
  let connections = 0;
  let underWay = 0;
  const server = createServer((incoming, response) => {
    underWay++;
    response.on('close', () => underWay--);
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      const url = incoming.url ?? '';
      const request = {
        method: incoming.method ?? '',
        url,
        path: url.split('?')[0] ?? '',
        headers: incoming.headers,
        body,
      };
      requests.push(request);
      reply(answer(request), response);
    });
  });
  server.on('connection', () => connections++);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    target: targetAt(`http://127.0.0.1:${bound}`),
    port: bound,
    requests,
    connections: () => connections,
    underWay: () => underWay,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A target without credentials. */
export function targetAt(server: string): Target {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'fake', server, skipTLSVerify: true }, { name: 'nobody' });
  return { kubeConfig, source: '/tmp/kubeconfig', context: 'loaded-context', server };
}

/** As an API server words a refusal. */
export const status = (code: number, message: string): FakeAnswer => ({
  status: code,
  json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code },
});

function reply(answer: FakeAnswer, response: ServerResponse): void {
  if ('hang' in answer) return;
  if ('drop' in answer) return void response.destroy();
  if ('stream' in answer) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    return answer.stream((event) => response.write(`${JSON.stringify(event)}\n`), response);
  }
  const { status: code = 200, json, text, headers = {}, afterMs = 0 } = answer;
  setTimeout(() => {
    response.writeHead(code, { 'content-type': text === undefined ? 'application/json' : 'text/plain', ...headers });
    response.end(text ?? JSON.stringify(json ?? {}));
  }, afterMs);
}

/** What a promise is rejected with; an Error when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error('it was fulfilled'),
    (error: unknown) => error,
  );
}
