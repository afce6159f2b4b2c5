/** A proxy for HTTP/1.1 without WebSockets, as many in front of API servers are: it passes requests on with the credentials of a kubeconfig, and no upgrade. */
import { once } from 'node:events';
import { createServer, request as plain, type RequestOptions } from 'node:http';
import { request as secure } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Target } from '../../lib/cluster/index.ts';

export interface PlainProxy {
  url: string;
  stop: () => Promise<void>;
}

/** In front of the server of a kubeconfig. */
export async function startPlainProxy({ kubeConfig, server: target }: Target): Promise<PlainProxy> {
  const options: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(options);
  // Such a proxy knows nothing of upgrades: to the server they are requests like others.
  const hopByHop = new Set(['connection', 'upgrade', 'host']);
  const server = createServer((asked, answer) => {
    const headers = Object.fromEntries(Object.entries(asked.headers).filter(([name]) => !hopByHop.has(name)));
    const ask = target.startsWith('https:') ? secure : plain;
    const there = ask(
      new URL(asked.url ?? '/', target),
      { ...options, method: asked.method ?? 'GET', headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    there.on('error', () => answer.destroy());
    answer.on('close', () => there.destroy());
    asked.pipe(there);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
