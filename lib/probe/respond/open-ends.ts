/** The responder's ends of what others have opened to it: whoever is to speak first needs them. */
import type { Socket as UdpSocket } from 'node:dgram';
import type { Socket as TcpSocket } from 'node:net';
import type { Identity, SocketAddress } from '../../conversations/basics.ts';
import type { ResponderView } from '../../conversations/dial.ts';
import type { Ledger } from './ledger.ts';

type Ends = Pick<ResponderView, 'local' | 'peer'>;

/** Connections by both ends; UDP sockets by their own, since peers have no end there. */
export class OpenEnds {
  readonly #connections = new Map<string, TcpSocket>();
  readonly #sockets = new Map<string, UdpSocket>();

  /** Until it is closed. */
  addConnection(ends: Ends, socket: TcpSocket): void {
    const name = nameOf(ends);
    this.#connections.set(name, socket);
    socket.once('close', () => {
      if (this.#connections.get(name) === socket) this.#connections.delete(name);
    });
  }

  /** Until it is closed. */
  addSocket(local: SocketAddress, socket: UdpSocket): void {
    const name = endOf(local);
    this.#sockets.set(name, socket);
    socket.once('close', () => this.#sockets.delete(name));
  }

  connection(ends: Ends): TcpSocket | null {
    return this.#connections.get(nameOf(ends)) ?? null;
  }

  socket(local: SocketAddress): UdpSocket | null {
    return this.#sockets.get(endOf(local)) ?? null;
  }
}

/** What every listener of a probe shares. */
export interface Responding {
  readonly who: Identity;
  readonly ledger: Ledger;
  readonly ends: OpenEnds;
}

function nameOf({ local, peer }: Ends): string {
  return `${endOf(local)} ${endOf(peer)}`;
}

function endOf({ address, port }: SocketAddress): string {
  return `${address} ${port}`;
}
