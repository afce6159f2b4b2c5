/** Everything that this probe listens on: its own port, and the ports of listen requests. */
import { errorName } from '../io/errors.ts';
import { Ledger } from './ledger.ts';
import { listenOn, type Listening } from './listeners.ts';
import { OpenEnds } from './open-ends.ts';
import type { Identity, Protocol } from '../../conversations/basics.ts';
import type { ListenRecord } from '../../conversations/listen.ts';

const protocols: Protocol[] = ['TCP', 'UDP'];
/** A port that is free for TCP may be taken for UDP, or on another address. */
const portTries = 50;
/** An IPv6 address can't be bound before its duplicate address detection is over (about 2 s). */
const addressTries = 40;
const addressPauseMs = 250;

export class Responder {
  readonly ledger = new Ledger();
  readonly ends = new OpenEnds();
  readonly who: Identity;
  readonly addresses: string[];
  port = 0;
  #extra = new Map<string, Listening>();

  constructor(who: Identity, addresses: string[]) {
    this.who = who;
    this.addresses = addresses;
  }

  /** Listens over both protocols on one port of every address; 0: the kernel's choice. Throws when the port is taken, or an address can't be bound within ten seconds. */
  async open(port: number): Promise<void> {
    let ports = 0;
    for (let tries = 0; ;) {
      try {
        const tcp = await this.#listen('TCP', port);
        await this.#listen('UDP', tcp.port).catch((error: unknown) => {
          tcp.close();
          throw error;
        });
        this.port = tcp.port;
        return;
      } catch (error) {
        const name = errorName(error);
        if (name === 'EADDRINUSE' && port === 0 && (ports += 1) < portTries) continue;
        if (name !== 'EADDRNOTAVAIL' || (tries += 1) >= addressTries) throw error;
        await new Promise((resolve) => setTimeout(resolve, addressPauseMs));
      }
    }
  }

  /** Listens on one more port. A port that is already listened on is no error. */
  async listen(protocol: Protocol, port: number): Promise<ListenRecord> {
    const key = `${protocol} ${port}`;
    if (port === this.port || this.#extra.has(key)) return { kind: 'listen', protocol, port, error: null };
    try {
      if (!(Number.isInteger(port) && port > 0 && port < 65_536)) throw new Error('EINVAL');
      this.#extra.set(key, await this.#listen(protocol, port));
      return { kind: 'listen', protocol, port, error: null };
    } catch (error) {
      return { kind: 'listen', protocol, port, error: errorName(error) };
    }
  }

  /** Closes the ports of all earlier listen requests, and the connections on them. */
  unlisten(): void {
    for (const listening of this.#extra.values()) listening.close();
    this.#extra.clear();
  }

  /** Every listen request for both protocols, in the order of the ports. */
  async *listenAll(ports: number[]): AsyncGenerator<ListenRecord> {
    for (const port of ports) for (const protocol of protocols) yield await this.listen(protocol, port);
  }

  /** The ports that are listened on, each in both protocols. */
  ports(): Set<number> {
    return new Set([this.port, ...[...this.#extra.values()].map((listening) => listening.port)]);
  }

  #listen(protocol: Protocol, port: number): Promise<Listening> {
    return listenOn(protocol, this.addresses, port, this);
  }
}
