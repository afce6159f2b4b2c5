/** A TCP listener, independent of what it answers. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** The kernel limits it to net.core.somaxconn; every other probe may dial at the same moment. */
const backlog = 4096;

/** Listens at `address` (0: on a port of the kernel's choice) and passes each connection to `answer`, which need not handle its errors. More than `connectionLimit` at a time are closed at once, to bound the memory. `close` ends the connections, too. Rejects with the error of the bind and its `code`. */
export async function listenTcp(
  { address, port }: { address: string; port: number },
  { connectionLimit, answer }: { connectionLimit: number; answer: (socket: Socket) => void },
): Promise<{ port: number; close(): void }> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
    answer(socket);
  });
  server.maxConnections = connectionLimit;
  server.listen({ host: address, port, backlog, exclusive: true, ipv6Only: true });
  await once(server, 'listening');
  server.on('error', () => {});
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('not a TCP socket');
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port: bound.port, close };
}
