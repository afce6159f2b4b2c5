/** Bytes that both ends can generate from the nonce alone, so that neither has to keep or trust what the other sent. */
import { createHash } from 'node:crypto';

/** The longest payload a dial may ask for, in bytes. */
export const payloadLimit = 8 * 1024 * 1024;

const blockBytes = 64 * 1024;

/** The payload of one direction of one question, in blocks of at most 64 KiB: memory use stays small whatever its length. */
export function* payload(
  direction: 'ask' | 'answer',
  nonce: string,
  sequence: number,
  bytes: number,
): Generator<Buffer> {
  for (let done = 0; done < bytes; done += blockBytes) {
    const outputLength = Math.min(blockBytes, bytes - done);
    yield createHash('shake256', { outputLength }).update(`${direction}/${nonce}/${sequence}/${done}`).digest();
  }
}
