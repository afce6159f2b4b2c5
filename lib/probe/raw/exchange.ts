/** Requests and answers over raw sockets, inside the raw helper. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { errorName } from '../io/errors.ts';
import { echoReplyData, echoRequest } from './icmp.ts';
import { connectSctp, openRaw, type Attempt, type RawSocket } from './socket.ts';
import type { Family } from '../../conversations/basics.ts';
import type { RawProtocol, RawRecord } from '../../conversations/raw.ts';

const numbers = { IPv4: { echo: 1, experimental: 253 }, IPv6: { echo: 58, experimental: 253 } };
const families: Family[] = ['IPv4', 'IPv6'];
const askMark = 'flatnet/253 asks ';
const sayMark = 'flatnet/253 says ';
/** No listener is needed there: a rejection by the peer's kernel is an answer, too. */
const sctpPort = 9;

/** Ends with one verdict; `poll` is called again and again until then. */
interface Trial {
  send(): void;
  poll(): Pick<RawRecord, 'result' | 'reason'> | null;
  close(): void;
}

/** Opening an SCTP socket makes the kernel load its module, which would change a user's node: check what is loaded first. */
function kernelHasSctp(): boolean {
  return /^SCTP/m.test(readFileSync('/proc/net/protocols', 'utf8'));
}

/** The raw sockets of this process, opened on first need, and what has come in on them. */
export class RawExchange {
  #sockets = new Map<string, RawSocket>();
  /** The tokens that were sent; true once one came back. Other processes' answers arrive, too, and are ignored. */
  #tokens = new Map<string, boolean>();

  #socket(family: Family, kind: 'echo' | 'experimental'): RawSocket {
    const key = `${family} ${kind}`;
    const socket = this.#sockets.get(key) ?? openRaw(family, numbers[family][kind]);
    this.#sockets.set(key, socket);
    return socket;
  }

  /** Opens the sockets of IP protocol 253, so that `turn` answers on them. A family that the kernel lacks is left out. */
  listen(): void {
    for (const family of families) {
      try {
        this.#socket(family, 'experimental');
      } catch (error) {
        if (errorName(error) !== 'EAFNOSUPPORT') throw error;
      }
    }
  }

  #hear(token: string): void {
    if (this.#tokens.has(token)) this.#tokens.set(token, true);
  }

  /** Reads everything that waits, and answers other probes' requests. */
  turn(): void {
    for (const [key, socket] of this.#sockets) {
      const family = key.startsWith('IPv6') ? 'IPv6' : 'IPv4';
      for (let packet = socket.receive(); packet; packet = socket.receive()) {
        const text = packet.payload.toString('latin1');
        if (key.endsWith('echo')) {
          const data = echoReplyData(family, packet.payload);
          if (data) this.#hear(data.toString('latin1'));
        } else if (text.startsWith(sayMark)) this.#hear(text.slice(sayMark.length));
        else if (text.startsWith(askMark)) {
          try {
            socket.send(Buffer.from(sayMark + text.slice(askMark.length), 'latin1'), packet.from);
          } catch {
            // The answer is lost; the requester sees none.
          }
        }
      }
    }
  }

  /** Begins a trial; throws with an errno name as `code`. */
  begin(address: string, protocol: RawProtocol): Trial {
    if (isIP(address) === 0) throw new Error('not an IP address');
    if (protocol === 'SCTP') return this.#beginSctp(address);
    const family = isIPv6(address) ? 'IPv6' : 'IPv4';
    const token = randomBytes(16).toString('hex');
    const echo = protocol === 'ICMP echo';
    const socket = this.#socket(family, echo ? 'echo' : 'experimental');
    const packet = echo
      ? echoRequest(family, parseInt(token.slice(0, 4), 16), Buffer.from(token))
      : Buffer.from(askMark + token);
    this.#tokens.set(token, false);
    return {
      send: () => socket.send(packet, address),
      poll: () => (this.#tokens.get(token) ? { result: 'answered', reason: null } : null),
      close: () => void this.#tokens.delete(token),
    };
  }

  #beginSctp(address: string): Trial {
    if (!kernelHasSctp()) throw new Error('the kernel has no SCTP loaded');
    const attempt: Attempt = connectSctp(address, sctpPort);
    return {
      send() {},
      poll() {
        const result = attempt.result();
        if (result === undefined) return null;
        const answered = result === null || result === 'ECONNREFUSED';
        return { result: answered ? 'answered' : 'no answer', reason: result };
      },
      close: () => attempt.close(),
    };
  }

  /** Closes the sockets; they are opened again on need. */
  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }
}
