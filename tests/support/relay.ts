/** What may stand between: passes bytes on, and breaks connections off. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  port: number;
  /** Connections accepted so far. */
  connections: () => number;
  /** Ends all connections, whatever passes on them. */
  cut: () => void;
  stop: () => Promise<void>;
}

/** Listens on a port of this machine. */
export async function startRelay(to: { port: number; host?: string }): Promise<Relay> {
  const sockets: Socket[] = [];
  let connections = 0;
  const server = createServer((here) => {
    connections++;
    const there = connect(to.port, to.host ?? '127.0.0.1');
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      sockets.push(one);
      one.on('error', () => undefined).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    cut,
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
