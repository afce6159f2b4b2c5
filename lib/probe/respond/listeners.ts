/** Both protocols on one port of several addresses. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { listenTcp } from '../io/listen-tcp.ts';
import { respondTcp } from './tcp.ts';
import { respondUdp } from './udp.ts';
import type { Responding } from './open-ends.ts';
import type { Protocol } from '../../conversations/basics.ts';

/** Connections per listening socket at a time. */
const connectionLimit = 10_000;

/** The kernel limits it to net.core.rmem_max, and doubles that: at the usual setting twice a socket's default. What does not fit while the agent is busy would look like loss on the network. */
const recvBufferSize = 4 * 1024 * 1024;

export interface Listening {
  port: number;
  close(): void;
}

const openTcp = (address: string, port: number, as: Responding): Promise<Listening> =>
  listenTcp({ address, port }, { connectionLimit, answer: (socket) => respondTcp(socket, as) });

async function listenUdp(address: string, port: number, as: Responding) {
  const v6 = isIPv6(address);
  const socket: UdpSocket = createSocket({ type: v6 ? 'udp6' : 'udp4', ipv6Only: v6, recvBufferSize });
  socket.bind({ address, port, exclusive: true });
  await once(socket, 'listening');
  socket.on('error', () => {});
  const local = { address, port: socket.address().port };
  respondUdp(socket, local, as);
  return { port: local.port, close: () => socket.close() };
}

/** Listens on one port of all addresses, over one protocol; 0: the kernel's choice for the first address, the same for the others. All or none; throws the first error, with its `code`. */
export async function listenOn(
  protocol: Protocol,
  addresses: string[],
  port: number,
  as: Responding,
): Promise<Listening> {
  const listen = protocol === 'TCP' ? openTcp : listenUdp;
  const opened: Listening[] = [];
  const close = (): void => {
    for (const one of opened) one.close();
  };
  try {
    for (const address of addresses) opened.push(await listen(address, opened[0]?.port ?? port, as));
  } catch (error) {
    close();
    throw error;
  }
  return { port: opened[0]?.port ?? port, close };
}
