import type { DialRecord } from '../../conversations/dial.ts';
import { placeOf } from '../destination.ts';
import type { PlannedDial } from '../dialled.ts';
import { isLongStream, type Pace } from './pace.ts';

/** Between two nodes without any measurement yet, an answer is late after this many times `lateMs`: they may be continents apart. */
const strangers = 5;

/** Round trips until the answer is there: a connection takes one more, a stream of 256 KiB each way some ten of slow start. */
const trips = { datagram: 1, connection: 2, stream: 12 };

/** A stream of 256 KiB each way may take this many times `lateMs` longer than those. */
const longStream = 5;

/** How an answer came. */
export interface Arrival {
  late: boolean;
  /** How much longer a datagram was answered than the same path allows, ms; 0 where it may have been lost and sent again, which takes time as well: over TCP, or where others of its dial are missing. */
  waitedMs: number;
}

/** Recognises answers that come later than the same path allows. */
export class Lateness {
  readonly #pace: Pace;
  /** The fastest round trip between two nodes, or from a node to a Service, ms. */
  readonly #fastest = new Map<string, number>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Late where not all answers came, too; null for a dial that says nothing about how busy the network is: one without any. */
  of(dial: PlannedDial, { firstAnswerMs, connectMs, attempts, answered, lostSyns }: DialRecord): Arrival | null {
    // How long some MiB take is how fast the network is, and not how busy.
    if (firstAnswerMs === null || isLongStream(dial)) return null;
    const { from, to, protocol, size, over } = dial;
    const way = `${from.node} ${placeOf(to)}`;
    const fastest = this.#fastest.get(way);
    // A flow that was open takes no time to open.
    const roundTrip = over === undefined ? Math.min(firstAnswerMs, connectMs ?? firstAnswerMs) : firstAnswerMs;
    if (fastest === undefined || roundTrip < fastest) this.#fastest.set(way, roundTrip);
    if (answered < attempts || lostSyns > 0) return { late: true, waitedMs: 0 };
    // A long stream takes time, and more of it the more others send.
    const kind = protocol === 'UDP' ? 'datagram' : size === undefined ? 'connection' : 'stream';
    const lateMs = this.#pace.lateMs * (kind === 'stream' ? longStream : 1);
    const expectedMs = trips[kind] * Math.min(roundTrip, fastest ?? roundTrip);
    const moreMs = firstAnswerMs - expectedMs;
    const waitedMs = protocol === 'UDP' ? moreMs : 0;
    if (fastest !== undefined) return { late: moreMs > lateMs, waitedMs };
    return { late: roundTrip > strangers * this.#pace.lateMs || moreMs > strangers * lateMs, waitedMs };
  }
}
