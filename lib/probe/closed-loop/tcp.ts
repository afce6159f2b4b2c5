/** TCP flows of a measurement: request and response on an established connection, or the connect itself. */
import { connect, isIPv6, Socket } from 'node:net';
import { errorName } from '../io/errors.ts';
import { lost, nanoseconds, PortTaken, type Flow, type FlowOptions } from './flow.ts';
import { answers, number, packetBytes, questionPacket } from '../measuring/packet.ts';
import type { SocketAddress } from '../../conversations/basics.ts';

const family = (address: string): 4 | 6 => (isIPv6(address) ? 6 : 4);

/** An established connection. Rejects when it can't be made within `timeoutMs`. */
export function openTcp(target: SocketAddress, { tag, timeoutMs }: FlowOptions): Promise<Flow> {
  const { promise, resolve, reject } = Promise.withResolvers<Flow>();
  const { address: host, port } = target;
  const socket = connect({ host, port, family: family(host), noDelay: true });
  const packet = questionPacket(tag);
  const late = setTimeout(() => socket.destroy(new Error('no connection')), timeoutMs);
  let settle: ((ns: number) => void) | null = null;
  let sentAt = 0n;
  let sequence = 0;
  let held: Buffer = Buffer.alloc(0);

  socket.on('data', (chunk: Buffer) => {
    const now = process.hrtime.bigint();
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    // A late answer may come together with the expected one.
    for (; held.length >= packetBytes; held = held.subarray(packetBytes))
      if (settle && answers(held.subarray(0, packetBytes), packet)) settle(nanoseconds(sentAt, now));
  });
  socket.on('error', (error) => reject(error));
  socket.on('close', () => {
    clearTimeout(late);
    settle?.(lost);
    reject(new Error('closed before it was established'));
  });

  const flow: Flow = {
    exchange: () =>
      new Promise((done) => {
        if (socket.destroyed) return done(lost);
        const timer = setTimeout(() => settle?.(lost), timeoutMs);
        settle = (ns) => {
          settle = null;
          clearTimeout(timer);
          done(ns);
        };
        sequence = (sequence + 1) >>> 0;
        number(packet, sequence);
        sentAt = process.hrtime.bigint();
        socket.write(packet);
      }),
    close: () => void socket.resetAndDestroy(),
  };
  socket.once('connect', () => {
    clearTimeout(late);
    resolve(flow);
  });
  return promise;
}

/** One connect, reset as soon as it is established: nanoseconds, or `lost`. Rejects only with `PortTaken`. Resolves when the socket is closed. */
export function timeConnect(
  { address: host, port }: SocketAddress,
  { sourcePort, timeoutMs }: { sourcePort: number; timeoutMs: number },
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = new Socket();
  const late = setTimeout(() => socket.destroy(), timeoutMs);
  let startedAt = 0n;
  let ns = lost;
  // Node 26: the socket is made and bound before this event, and connect() follows immediately.
  socket.once('connectionAttempt', () => (startedAt = process.hrtime.bigint()));
  socket.once('connect', () => {
    ns = nanoseconds(startedAt, process.hrtime.bigint());
    socket.resetAndDestroy();
  });
  socket.once('error', (error) => {
    // Also EADDRNOTAVAIL: the kernel still has a connection between these two ends.
    if (startedAt === 0n || errorName(error) === 'EADDRNOTAVAIL') reject(new PortTaken());
  });
  socket.once('close', () => {
    clearTimeout(late);
    resolve(ns);
  });
  socket.connect({ host, port, family: family(host), localPort: sourcePort });
  return promise;
}
