/** A way between two ends of TCP on loopback that takes its time. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SlowPath {
  port: number;
  close(): void;
}

/** Leads to that port: each byte `delayMs` later in either direction, and no more than `bytesPerMs`. */
export async function slowPath(
  to: number,
  { delayMs = 0, bytesPerMs = Infinity }: { delayMs?: number; bytesPerMs?: number },
): Promise<SlowPath> {
  const open = new Set<Socket>();
  const carry = (from: Socket, onto: Socket): void => {
    const queue: Buffer[] = [];
    let freeAt = 0;
    from.on('data', (bytes: Buffer) => {
      freeAt = Math.max(freeAt, performance.now()) + bytes.length / bytesPerMs;
      queue.push(bytes);
      // Timers of unlike durations may change places, bytes may not.
      setTimeout(() => onto.write(queue.shift()!), Math.max(0, freeAt + delayMs - performance.now()));
    });
    from.on('error', () => {}).on('close', () => onto.destroy());
    open.add(from);
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: to, noDelay: true });
    carry(near, far);
    carry(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
