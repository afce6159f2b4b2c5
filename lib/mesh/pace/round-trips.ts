import type { DialRecord } from '../../conversations/dial.ts';
import type { PlannedDial } from '../dialled.ts';

/** Fewer between two nodes may all have met the same accident. */
const leastSamples = 4;
/** Of two nodes the latest so many count. */
const keptSamples = 32;

type Seen = Pick<DialRecord, 'connectMs' | 'firstAnswerMs' | 'lostSyns' | 'held'>;

/**
 * Round trips between the nodes of a run, read off what was answered at the probes' own addresses: regions may lie 300 ms apart, and satellites
 * 600 ms. What a fault, or the suite's own load, adds to some of them is no round trip: of two nodes the lower quartile counts.
 */
export class RoundTrips {
  readonly #between = new Map<string, number[]>();

  note({ from, to, protocol, size }: Pick<PlannedDial, 'from' | 'to' | 'protocol' | 'size'>, seen: Seen): void {
    // What is sent again takes a second more, what is large several round trips, and nobody knows which pod a Service will choose.
    if (to.via !== null || to.node === null || to.node === from.node || size !== undefined || seen.lostSyns > 0) return;
    const ms = protocol === 'TCP' ? (seen.held === undefined ? seen.connectMs : null) : seen.firstAnswerMs;
    if (ms === null) return;
    const pair = keyOf(from.node, to.node);
    const samples = this.#between.get(pair) ?? [];
    this.#between.set(pair, samples);
    samples.push(ms);
    if (samples.length > keptSamples) samples.shift();
  }

  /** Between the two nodes that are farthest apart, ms; 0: not known. */
  get longestMs(): number {
    return Math.max(0, ...[...this.#between.values()].map(quartileOf));
  }

  /** How long a connection takes to open, ms: by a node's port that passes it on, as long as both ways; 0: not known. */
  handshakeMs({ from, to }: Pick<PlannedDial, 'from' | 'to'>): number {
    const at = to.via?.node ?? from.node;
    const onward = Math.max(0, ...to.responders.map(({ node }) => this.#betweenMs(at, node)));
    return this.#betweenMs(from.node, at) + onward;
  }

  #betweenMs(one: string, other: string): number {
    return quartileOf(this.#between.get(keyOf(one, other)) ?? []);
  }
}

function keyOf(one: string, other: string): string {
  return [one, other].toSorted().join(' ');
}

function quartileOf(samples: readonly number[]): number {
  if (samples.length < leastSamples) return 0;
  return samples.toSorted((one, other) => one - other)[Math.floor((samples.length - 1) / 4)] ?? 0;
}
