/** Which nonces reached this probe: distinguishes a lost request from a lost answer. */
import type { SocketAddress } from '../../conversations/basics.ts';
import type { SeenRecord } from '../../conversations/seen.ts';

const limit = 200_000;

export class Ledger {
  #entries = new Map<string, { received: number; peer: SocketAddress; lateMs: number }>();

  /** Counts a connection or a datagram, with how late the event loop is now; beyond 200,000 nonces the oldest is forgotten. */
  note(nonce: string, peer: SocketAddress, lateMs: number): void {
    const entry = this.#entries.get(nonce);
    if (entry) {
      entry.received += 1;
      entry.lateMs = Math.max(entry.lateMs, lateMs);
      return;
    }
    this.#entries.set(nonce, { received: 1, peer, lateMs });
    if (this.#entries.size <= limit) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }

  /** null when nothing was received. `peer` is the first one's. */
  seen(nonce: string): SeenRecord | null {
    const entry = this.#entries.get(nonce);
    return entry ? { kind: 'seen', nonce, ...entry } : null;
  }
}
