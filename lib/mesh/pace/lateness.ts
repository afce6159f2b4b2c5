import type { DialRecord } from '../../conversations/dial.ts';
import { placeOf } from '../destination.ts';
import type { PlannedDial } from '../dialled.ts';
import type { Pace } from './pace.ts';

/** Between two nodes without any measurement yet, an answer is late after this many times `lateMs`: they may be continents apart. */
const strangers = 5;

/** Round trips until the answer is there: a connection takes one more, a stream of 256 KiB each way some ten of slow start. */
const trips = { datagram: 1, connection: 2, stream: 12 };

/** A stream of 256 KiB each way may take this many times `lateMs` longer than those. */
const longStream = 5;

/** Recognises answers that come later than the same path allows. */
export class Lateness {
  readonly #pace: Pace;
  /** The fastest round trip between two nodes, or from a node to a Service, ms. */
  readonly #fastest = new Map<string, number>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Whether an answer came late, or not all of them did; null for a dial without any, which says nothing about how busy the network is. */
  of(
    { from, to, protocol, size }: PlannedDial,
    { firstAnswerMs, connectMs, attempts, answered, lostSyns }: DialRecord,
  ): boolean | null {
    if (firstAnswerMs === null) return null;
    const way = `${from.node} ${placeOf(to)}`;
    const fastest = this.#fastest.get(way);
    const roundTrip = Math.min(firstAnswerMs, connectMs ?? firstAnswerMs);
    if (fastest === undefined || roundTrip < fastest) this.#fastest.set(way, roundTrip);
    if (answered < attempts || lostSyns > 0) return true;
    // A long stream takes time, and more of it the more others send.
    const kind = protocol === 'UDP' ? 'datagram' : size === undefined ? 'connection' : 'stream';
    const lateMs = this.#pace.lateMs * (kind === 'stream' ? longStream : 1);
    const expectedMs = trips[kind] * Math.min(roundTrip, fastest ?? roundTrip);
    if (fastest !== undefined) return firstAnswerMs - expectedMs > lateMs;
    return roundTrip > strangers * this.#pace.lateMs || firstAnswerMs - expectedMs > strangers * lateMs;
  }
}
