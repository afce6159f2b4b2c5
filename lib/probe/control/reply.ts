/** One reply on a connection: records as they come, then the trailer that proves that none was lost. */
import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { watchStalls } from '../io/loop-clock.ts';
import type { RecordOf } from '../../conversations/index.ts';
import type { Trailer } from '../../conversations/lines.ts';
import { throttledMs } from '../self/throttle.ts';
import { writeAll } from '../io/write-all.ts';

export class Reply<R extends RecordOf = RecordOf> {
  #out: Writable & { readableEnded?: boolean };
  #id: string;
  #instance: string;
  #records = 0;
  #digest = createHash('sha256');
  #stalls = watchStalls();

  constructor(out: Writable & { readableEnded?: boolean }, id: string, instance: string) {
    this.#out = out;
    this.#id = id;
    this.#instance = instance;
  }

  /** false when nobody reads any more. */
  get wanted(): boolean {
    return !this.#out.destroyed;
  }

  /** false as soon as the client has gone, even if only its sending side has ended and it might still read replies. */
  get attended(): boolean {
    return this.wanted && this.#out.readableEnded !== true;
  }

  /** Writes a record; resolves when the stream accepts more. */
  async record(record: R): Promise<void> {
    const text = JSON.stringify(record);
    this.#records += 1;
    this.#digest.update(text).update('\n');
    await this.#line(`{"id":${JSON.stringify(this.#id)},"record":${text}}`);
  }

  /** Writes the trailer; nothing may follow. */
  async end(error: string | null): Promise<void> {
    const throttled = throttledMs();
    const end: Trailer = {
      records: this.#records,
      digest: this.#digest.digest('hex'),
      stallMs: this.#stalls.take().stoodMs,
      ...(throttled === null ? {} : { throttledMs: throttled }),
      instance: this.#instance,
      error,
    };
    this.#stalls.stop();
    await this.#line(JSON.stringify({ id: this.#id, end }));
  }

  #line(text: string): Promise<void> {
    return writeAll(this.#out, [Buffer.from(`${text}\n`)]);
  }
}
