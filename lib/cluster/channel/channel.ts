/** Requests to one probe and their replies, over one long-lived stream. */
import type { Kind, RecordOf, RequestBody } from '../../conversations/index.ts';
import { envelopeSchema } from '../../conversations/lines.ts';
import { lineSplitter } from '../../probe/control/lines.ts';
import { heartbeatIntervalMs, wireVersion } from '../../probe/wire.ts';
import { bounded, pause } from '../api/bounded.ts';
import { reasonOf } from '../api/errors.ts';
import type { Channel, OnNote, Reply, RequestOptions } from '../model.ts';
import { PendingRequests } from './pending.ts';
import type { Cause } from './reply-assembly.ts';
import { watchSilence, type Silence } from './silence.ts';
import type { OpenStream, Stream } from './stream.ts';

export interface ChannelOptions {
  /** "node-1/pod-a", for messages. */
  who: string;
  /** For one attempt to open the stream. */
  openDeadlineMs?: number;
  /** How long to keep trying to reopen a lost stream: as long as an API server may be unavailable. */
  reopenForMs?: number;
  /** Awaited before a lost stream is reopened, so that not every channel tries an API server that is unavailable. */
  beforeReopen?: () => Promise<void>;
  /** The probe writes a line at least this often; after three times this without one the stream counts as lost. */
  heartbeatMs?: number;
  onNote?: OnNote;
  /** Another instance answers: the container was restarted. */
  onRestart?: () => void;
}

const lineLimitBytes = 64 * 1024 * 1024;
const missedHeartbeats = 3;

/** Resolves when the stream is open, rejects when it can't be opened. */
export async function openChannel(open: OpenStream, options: ChannelOptions): Promise<Channel> {
  const channel = new ProbeChannel(open, options);
  await channel.connect();
  return channel;
}

class ProbeChannel implements Channel {
  readonly #open: OpenStream;
  readonly #options: Required<ChannelOptions>;
  readonly #silence: Silence;
  readonly #pending: PendingRequests;
  #stream: Stream | null = null;
  /** Every stream has its own, so that a late message of a lost one changes nothing. */
  #epoch = 0;
  #reopening: Promise<void> | null = null;
  /** A stream that brought neither a complete reply nor a heartbeat is not opened a second time. */
  #mayReopen = true;
  #instance: string | null = null;
  #dead: { reason: string; cause: Cause } | null = null;
  /** Ends a pause between two attempts: a closed channel does not keep the process alive. */
  #death = new AbortController();

  constructor(
    open: OpenStream,
    {
      openDeadlineMs = 10_000,
      reopenForMs = 30_000,
      heartbeatMs = heartbeatIntervalMs,
      onNote = () => {},
      onRestart = () => {},
      beforeReopen = async () => {},
      who,
    }: ChannelOptions,
  ) {
    this.#open = open;
    this.#options = { who, openDeadlineMs, reopenForMs, heartbeatMs, onNote, onRestart, beforeReopen };
    // A reply of another instance is broken off there.
    this.#pending = new PendingRequests({ who, onWhole: (instance) => this.#sameInstance(instance) });
    const silenceMs = missedHeartbeats * heartbeatMs;
    this.#silence = watchSilence({
      silenceMs,
      onSilence: () => this.#lost(this.#epoch, `nothing was heard for ${silenceMs / 1000} s`),
    });
  }

  async connect(): Promise<void> {
    const epoch = ++this.#epoch;
    let ended = 'the channel was closed';
    const { openDeadlineMs, who } = this.#options;
    const split = lineSplitter((line) => this.#take(epoch, line), lineLimitBytes);
    const opening = this.#open({
      onData: (chunk) => {
        if (epoch !== this.#epoch) return;
        this.#silence.heard();
        try {
          split(chunk);
        } catch (error) {
          this.#lost(epoch, reasonOf(error));
        }
      },
      onEnd: (reason) => {
        ended = reason;
        this.#lost(epoch, reason);
      },
    });
    // client-node's promise may never settle, or settle when nothing waits for it any more.
    void opening.then((late) => epoch !== this.#epoch && late.close()).catch(() => {});
    const stream = await bounded(opening, {
      deadlineMs: openDeadlineMs,
      what: `opening the exec stream to ${who}`,
    }).catch((error: unknown) => {
      if (epoch === this.#epoch) this.#epoch++;
      throw error;
    });
    if (epoch !== this.#epoch || this.#dead)
      throw new Error(`the exec stream to ${who} ended as soon as it was open: ${ended}`);
    this.#stream = stream;
    this.#silence.heard();
  }

  async request<K extends Kind>(
    body: RequestBody<K>,
    options: RequestOptions<RecordOf<K>>,
  ): Promise<Reply<RecordOf<K>>> {
    await this.#reopening;
    const reply = await this.#ask(body, options);
    // The channel's own hellos prove less than this.
    if (reply.whole) this.#mayReopen = true;
    return reply;
  }

  close(): void {
    this.#die(`the channel to ${this.#options.who} was closed`, 'closed');
  }

  async #ask<K extends Kind>(body: RequestBody<K>, options: RequestOptions<RecordOf<K>>): Promise<Reply<RecordOf<K>>> {
    if (this.#dead) return { whole: false, ...this.#dead, records: [] };
    const stream = this.#stream;
    if (!stream)
      return {
        whole: false,
        reason: `there is no exec stream to ${this.#options.who}`,
        cause: 'stream lost',
        records: [],
      };
    const { id, reply } = this.#pending.add(body, options);
    try {
      stream.send(`${JSON.stringify({ version: wireVersion, id, ...body })}\n`);
    } catch (error) {
      this.#lost(this.#epoch, reasonOf(error));
    }
    return reply;
  }

  #take(epoch: number, line: string): void {
    if (epoch !== this.#epoch || line.trim() === '') return;
    const envelope = envelopeSchema.safeParse(parse(line));
    // Counts and digests show whether it was part of a reply.
    if (!envelope.success)
      return this.#options.onNote(`${this.#options.who} wrote a line that is not a message: ${line.slice(0, 80)}`);
    const message = envelope.data;
    if ('heartbeat' in message) {
      // A load balancer that cuts every stream after 25 s cuts a request of 40 s twice, and the probe is well.
      this.#mayReopen = true;
      return this.#sameInstance(message.heartbeat.instance);
    }
    this.#pending.take(message, line);
  }

  #sameInstance(instance: string): void {
    this.#instance ??= instance;
    if (instance === this.#instance) return;
    const { who, onNote } = this.#options;
    const why = 'its sockets are not the ones that were asked for';
    const reason = `the container of ${who} was restarted during the run: ${why}`;
    onNote(reason, { kind: 'container restarted', who, why });
    this.#options.onRestart();
    this.#die(reason, 'restarted');
  }

  #lost(epoch: number, reason: string): void {
    if (epoch !== this.#epoch) return;
    const { who } = this.#options;
    const hadStood = this.#stream !== null && this.#reopening === null;
    const sentence = `the exec stream to ${who} was lost before the end of the reply: ${reason}`;
    this.#abandon();
    this.#pending.breakOff(sentence, 'stream lost');
    // While it is being opened, the opening code handles this.
    if (!hadStood) return;
    if (!this.#mayReopen) {
      this.#noteLost(reason);
      return this.#die(`the exec stream to ${who} was lost again: ${reason}`, 'stream lost');
    }
    this.#mayReopen = false;
    this.#reopening = this.#reopen(reason).finally(() => (this.#reopening = null));
  }

  #noteLost(why: string): void {
    const { who, onNote } = this.#options;
    onNote(`the exec stream to ${who} was lost (${why}) and not re-established`, { kind: 'stream lost', who, why });
  }

  /** `why` it was lost. */
  async #reopen(why: string): Promise<void> {
    const { who, onNote, reopenForMs, beforeReopen } = this.#options;
    const started = performance.now();
    // The result does not matter: the attempts below report what is wrong.
    await bounded(beforeReopen(), { deadlineMs: reopenForMs, what: 'waiting for the API server' }).catch(() => {});
    for (let attempts = 1; !this.#dead; attempts++) {
      try {
        await this.connect();
        // An exec into a container that has just ended is accepted, too; and a new container has a different instance id.
        const proof = await this.#ask({ kind: 'hello' }, { deadlineMs: this.#options.openDeadlineMs });
        if (!proof.whole) throw new Error(proof.reason);
        const afterMs = performance.now() - started;
        onNote(
          `the exec stream to ${who} was lost (${why}) and re-established after ${(afterMs / 1000).toFixed(1)} s`,
          {
            kind: 'stream re-established',
            who,
            why,
            afterMs,
          },
        );
        return;
      } catch (error) {
        const elapsedMs = performance.now() - started;
        if (this.#dead) return;
        this.#abandon();
        const pauseMs = Math.min(250 * attempts, 2_000);
        if (elapsedMs + pauseMs > reopenForMs) {
          this.#noteLost(why);
          return this.#die(
            `the exec stream to ${who} was lost and could not be opened again in ${attempts} attempts and ${(elapsedMs / 1000).toFixed(0)} s: ${reasonOf(error)}`,
            'stream lost',
          );
        }
        await pause(pauseMs, { signal: this.#death.signal });
      }
    }
  }

  #die(reason: string, cause: Cause): void {
    this.#dead ??= { reason, cause };
    this.#death.abort();
    this.#abandon();
    this.#pending.breakOff(reason, cause);
  }

  #abandon(): void {
    this.#epoch++;
    this.#silence.stop();
    this.#stream?.close();
    this.#stream = null;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
