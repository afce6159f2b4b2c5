/** Requests of one channel that wait for their replies. */
import type { Kind, RecordOf, RequestBody } from '../../conversations/index.ts';
import type { Envelope } from '../../conversations/lines.ts';
import type { Reply, RequestOptions } from '../model.ts';
import { assembleReply, type Cause } from './reply-assembly.ts';

/** A line that belongs to a request; heartbeats do not. */
type ReplyLine = Exclude<Envelope, { heartbeat: unknown }>;

interface Waiting {
  take(message: ReplyLine, line: string): void;
  breakOff(reason: string, cause: Cause): void;
}

export interface PendingOptions {
  /** "node-1/pod-a", for messages. */
  who: string;
  /** Gets the instance that sent a complete reply, before the caller gets the reply: requests that it breaks off stay broken. */
  onWhole: (instance: string) => void;
}

export class PendingRequests {
  readonly #options: PendingOptions;
  readonly #waiting = new Map<string, Waiting>();
  #lastId = 0;

  constructor(options: PendingOptions) {
    this.#options = options;
  }

  /** Gives a request its id, and waits for its reply until the deadline. */
  add<K extends Kind>(
    { kind }: RequestBody<K>,
    { deadlineMs, onRecord }: RequestOptions<RecordOf<K>>,
  ): { id: string; reply: Promise<Reply<RecordOf<K>>> } {
    const { who, onWhole } = this.#options;
    const id = String(++this.#lastId);
    const assembly = assembleReply({ id, who, kind, onRecord });
    const { promise, resolve } = Promise.withResolvers<Reply<RecordOf<K>>>();
    const settle = (reply: Reply<RecordOf<K>>): void => {
      clearTimeout(timer);
      this.#waiting.delete(id);
      resolve(reply);
    };
    const breakOff = (reason: string, cause: Cause): void => settle(assembly.broken(reason, cause));
    const timer = setTimeout(
      () => breakOff(`no whole reply of ${who} to "${kind}" within ${deadlineMs} ms`, 'deadline'),
      deadlineMs,
    );
    const take = (message: ReplyLine, line: string): void => {
      const reply = 'end' in message ? assembly.end(message.end) : assembly.record(message.record, line);
      if (reply?.whole) onWhole(reply.instance);
      if (reply) settle(reply);
    };
    this.#waiting.set(id, { take, breakOff });
    return { id, reply: promise };
  }

  /** A line for a request that has ended meanwhile is ignored. */
  take(message: ReplyLine, line: string): void {
    this.#waiting.get(message.id)?.take(message, line);
  }

  /** Ends all pending requests. */
  breakOff(reason: string, cause: Cause): void {
    for (const one of this.#waiting.values()) one.breakOff(reason, cause);
  }
}
