/** The responder's side of a measurement: sends small packets back as fast as one process can. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6, type Socket } from 'node:net';
import { listenTcp } from '../io/listen-tcp.ts';
import { listenOnBoth, type Earlier } from '../io/listen-both.ts';
import { isTag, makeAnswer, packetBytes } from './packet.ts';
import type { EchoListenRequest } from '../../conversations/echo.ts';
import type { ListenRecord } from '../../conversations/listen.ts';

const connectionLimit = 1024;
const longestMs = 15 * 60_000;

function echoOn(socket: Socket, tag: Buffer): void {
  let held: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= packetBytes) {
      const packet = held.subarray(0, packetBytes);
      if (!makeAnswer(packet, tag)) return void socket.destroy();
      socket.write(packet);
      held = held.subarray(packetBytes);
    }
  });
}

async function echoUdp(address: string, port: number, tag: Buffer) {
  const v6 = isIPv6(address);
  const socket: UdpSocket = createSocket({ type: v6 ? 'udp6' : 'udp4', ipv6Only: v6 });
  socket.on('message', (packet, from) => {
    if (makeAnswer(packet, tag)) socket.send(packet, from.port, from.address, () => {});
  });
  socket.bind({ address, port, exclusive: true });
  await once(socket, 'listening');
  socket.on('error', () => {});
  return { port: socket.address().port, close: () => socket.close() };
}

/** Listens over both protocols on one port of every address, for `forMs` (15 minutes at most); closes what an earlier call opened. Never rejects: the record names what can't be bound. */
export async function* listenForEchoes(
  { port, tag, forMs }: Pick<EchoListenRequest, 'port' | 'tag' | 'forMs'>,
  { addresses, earlier }: { addresses: string[]; earlier: Earlier },
): AsyncGenerator<ListenRecord> {
  if (!isTag(tag)) throw new Error('the tag is not 16 hexadecimal digits');
  earlier.close();
  const told = Buffer.from(tag, 'latin1');
  const open = {
    TCP: (address: string, at: number) =>
      listenTcp({ address, port: at }, { connectionLimit, answer: (socket) => echoOn(socket, told) }),
    UDP: (address: string, at: number) => echoUdp(address, at, told),
  };
  const { records, close } = listenOnBoth({ addresses, port, forMs: Math.min(forMs, longestMs), open });
  earlier.close = close;
  yield* records;
}
