/** Which nonces reached this probe: distinguishes a lost request from a lost answer. */
import { tokenOf } from '../speech/speech.ts';
import type { SocketAddress } from '../../conversations/basics.ts';
import type { SeenRecord } from '../../conversations/seen.ts';

const limit = 200_000;
/** Datagrams that may come twice: the network may repeat one, a moment later. */
const recentAtMost = 8_192;

export class Ledger {
  #entries = new Map<string, { received: number; peer: SocketAddress; lateMs: number }>();

  readonly #recent = new Set<string>();

  /** Counts a datagram, by its number in its flow, and not again what the network has repeated. */
  noteDatagram(nonce: string, sequence: number, { peer, lateMs }: { peer: SocketAddress; lateMs: number }): void {
    const one = `${nonce} ${peer.port} ${sequence}`;
    if (this.#recent.has(one)) return;
    this.#recent.add(one);
    if (this.#recent.size > recentAtMost) this.#forget(this.#recent);
    this.note(nonce, peer, lateMs);
  }

  /** Counts a connection or a datagram, with how late the event loop is now; beyond 200,000 nonces the oldest is forgotten. */
  note(nonce: string, peer: SocketAddress, lateMs: number): void {
    const entry = this.#entries.get(nonce);
    if (entry) {
      entry.received += 1;
      entry.lateMs = Math.max(entry.lateMs, lateMs);
      return;
    }
    this.#entries.set(nonce, { received: 1, peer, lateMs });
    if (this.#entries.size > limit) this.#forget(this.#entries);
  }

  #forget(oldestOf: Map<string, unknown> | Set<string>): void {
    const { value } = oldestOf.keys().next();
    if (value !== undefined) oldestOf.delete(value);
  }

  /** null when nothing was received. `peer` is the first one's. Short questions say a token instead of their nonce. */
  seen(nonce: string): SeenRecord | null {
    const [first, other] = [nonce, tokenOf(nonce)].flatMap((name) => this.#entries.get(name) ?? []);
    if (first === undefined) return null;
    const received = first.received + (other?.received ?? 0);
    return { kind: 'seen', nonce, ...first, received, lateMs: Math.max(first.lateMs, other?.lateMs ?? 0) };
  }
}
