/** A real websocket server for one exec at a time: just enough of RFC 6455, since no websocket library is a dependency of ours. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Target } from '../../../lib/cluster/api/kubeconfig.ts';
import { targetAt } from './fake-api.ts';

export interface FakeExec {
  target: Target;
  port: number;
  /** Path with query of every handshake. */
  urls: string[];
  /** Messages from the client: the channel's number and the bytes. */
  received: { channel: number; data: Buffer }[];
  /** Sends one message on a channel to the newest client. */
  send(channel: number, data: string): void;
  /** Ends the newest client's connection without a word. */
  cut(): void;
  stop(): Promise<void>;
}

type Handshake = 101 | 403 | 404 | 405 | 502 | 'never' | 'closed';

/** `handshake`: accept it, refuse it with a status, close the connection, or leave it unanswered; by the number of the handshake, from 1, if that matters. `onMessage` is told what comes from a client; `onRequest` answers what is no handshake; `tls`: the server's certificate. */
export async function startFakeExec({
  handshake: wanted = 101,
  onMessage,
  onRequest,
  tls,
}: {
  handshake?: Handshake | ((count: number) => Handshake);
  onMessage?: (data: Buffer, fake: Pick<FakeExec, 'send' | 'cut'>) => void;
  onRequest?: RequestListener;
  tls?: { cert: string; key: string };
} = {}): Promise<FakeExec> {
  const sockets: Socket[] = [];
  const fake: Omit<FakeExec, 'target' | 'port' | 'stop'> = {
    urls: [],
    received: [],
    send: (channel, data) => sockets.at(-1)?.write(frame(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]))),
    cut: () => sockets.at(-1)?.destroy(),
  };
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    sockets.push(socket);
    fake.urls.push(request.url ?? '');
    socket.on('error', () => {});
    const handshake = typeof wanted === 'function' ? wanted(sockets.length) : wanted;
    if (handshake === 'never') return;
    if (handshake === 'closed') return void socket.destroy();
    if (handshake !== 101) return void socket.end(`HTTP/1.1 ${handshake} Refused\r\ncontent-length: 0\r\n\r\n`);
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: v5.channel.k8s.io\r\n\r\n`,
    );
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let next = unframe(rest); next; next = unframe(rest)) {
        rest = next.rest;
        if (next.opcode === 8) return void socket.end(Buffer.from([0x88, 0]));
        const [channel = -1, data] = [next.payload[0], next.payload.subarray(1)];
        fake.received.push({ channel, data });
        if (channel === 0) onMessage?.(data, fake);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, {
    port,
    target: targetAt(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

/** One unmasked binary frame of less than 64 KiB. */
function frame(payload: Buffer): Buffer {
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 4 : 2);
  head[0] = 0x82;
  head[1] = long ? 126 : payload.length;
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The first masked frame of less than 64 KiB, null while it is not whole. */
function unframe(bytes: Buffer): { opcode: number; payload: Buffer; rest: Buffer<ArrayBuffer> } | null {
  if (bytes.length < 2) return null;
  const short = bytes.readUInt8(1) & 127;
  const head = short === 126 ? 4 : 2;
  if (bytes.length < head + 4) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short;
  const end = head + 4 + length;
  if (bytes.length < end) return null;
  const mask = bytes.subarray(head, head + 4);
  const payload = Buffer.from(bytes.subarray(head + 4, end).map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
  return { opcode: bytes.readUInt8(0) & 15, payload, rest: Buffer.from(bytes.subarray(end)) };
}
