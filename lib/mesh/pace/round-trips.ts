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
    const pair = [from.node, to.node].toSorted().join(' ');
    const samples = this.#between.get(pair) ?? [];
    this.#between.set(pair, samples);
    samples.push(ms);
    if (samples.length > keptSamples) samples.shift();
  }

  /** Between the two nodes that are farthest apart, ms; 0: not known. */
  get longestMs(): number {
    let longest = 0;
    for (const samples of this.#between.values()) {
      if (samples.length < leastSamples) continue;
      const quartile = samples.toSorted((one, other) => one - other)[Math.floor((samples.length - 1) / 4)];
      longest = Math.max(longest, quartile ?? 0);
    }
    return longest;
  }
}
