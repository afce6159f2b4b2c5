/** A real HTTP proxy on loopback. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  url: string;
  /** "host:port" of every CONNECT. */
  asked: string[];
  stop: () => Promise<void>;
}

/** Passes CONNECT to the port of this machine that it is asked for, or always to one address. */
export async function startProxy(to?: { port: number; host?: string }): Promise<Proxy> {
  const asked: string[] = [];
  const sockets: { destroy: () => void }[] = [];
  const server = createServer().on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(request.url ?? '');
    const there = connect(to?.port ?? Number(request.url?.split(':').at(-1)), to?.host ?? '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    for (const one of [there, socket]) {
      one.on('error', () => undefined);
      sockets.push(one);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
