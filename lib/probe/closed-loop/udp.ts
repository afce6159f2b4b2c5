/** UDP flows of a measurement. */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { errorName } from '../io/errors.ts';
import { lost, nanoseconds, PortTaken, type Flow, type FlowOptions } from './flow.ts';
import { answers, number, questionPacket } from '../measuring/packet.ts';
import type { SocketAddress } from '../../conversations/basics.ts';

/** A bound and connected socket; nothing has been sent. `numbers`: the last number of a packet, of all sockets of a measurement. Rejects with `PortTaken`, or the error of the bind or connect. */
export function openUdp(
  target: SocketAddress,
  { tag, timeoutMs, numbers, sourcePort = 0 }: FlowOptions & { numbers: { last: number }; sourcePort?: number },
): Promise<Flow> {
  const { promise, resolve, reject } = Promise.withResolvers<Flow>();
  const socket = createSocket(isIPv6(target.address) ? 'udp6' : 'udp4');
  const packet = questionPacket(tag);
  let settle: ((ns: number) => void) | null = null;
  let opened = false;
  let sentAt = 0n;

  socket.on('message', (message: Buffer) => {
    const now = process.hrtime.bigint();
    // A late answer to an earlier request does not count.
    if (settle && answers(message, packet)) settle(nanoseconds(sentAt, now));
  });
  socket.on('error', (error) => {
    if (settle) return settle(lost);
    if (opened) return;
    socket.close();
    reject(errorName(error) === 'EADDRINUSE' ? new PortTaken() : error);
  });

  const flow: Flow = {
    exchange: () =>
      new Promise((done) => {
        const timer = setTimeout(() => settle?.(lost), timeoutMs);
        settle = (ns) => {
          settle = null;
          clearTimeout(timer);
          done(ns);
        };
        numbers.last = (numbers.last + 1) >>> 0;
        number(packet, numbers.last);
        sentAt = process.hrtime.bigint();
        socket.send(packet);
      }),
    close: () => socket.close(),
  };
  socket.bind({ port: sourcePort, exclusive: true }, () => {
    socket.connect(target.port, target.address, (error?: Error) => {
      if (error) {
        socket.close();
        return reject(error);
      }
      opened = true;
      resolve(flow);
    });
  });
  return promise;
}
