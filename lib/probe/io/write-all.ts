/** Writing with backpressure. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Writes every piece, and waits while the stream is full. Returns early, without an error, when the stream was destroyed. */
export async function writeAll(stream: Writable, pieces: Iterable<Buffer>): Promise<void> {
  for (const piece of pieces) {
    if (stream.destroyed) return;
    if (stream.write(piece)) continue;
    const given = new AbortController();
    const { signal } = given;
    await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(() => {});
    given.abort();
  }
}
