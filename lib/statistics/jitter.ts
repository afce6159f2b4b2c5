import { finiteCopy, type Samples } from './samples.ts';

/**
 * Interarrival jitter (RFC 3550, 6.4.1) after each packet but the first, in the unit of the times: the running mean, by
 * sixteenths, of how much the transit time of a packet differs from that of the packet before it. `sent` are actual
 * send times, `received` those of the same packets; they may be of two clocks with a constant offset. Packets count in
 * the order of their arrival; leave lost ones out. RangeError for lengths that differ or times that are not finite.
 */
export function interarrivalJitter(sent: Samples, received: Samples): Float64Array {
  if (sent.length !== received.length) {
    throw new RangeError(`${sent.length} packets sent and ${received.length} received are not the same packets.`);
  }
  if (sent.length < 2) return new Float64Array(0);
  const sentAt = finiteCopy(sent);
  const receivedAt = finiteCopy(received);
  const arrivals = Uint32Array.from(sentAt.keys()).toSorted((a, b) => receivedAt[a]! - receivedAt[b]!);
  const series = new Float64Array(arrivals.length - 1);
  let jitter = 0;
  for (let i = 0; i < series.length; i++) {
    const before = arrivals[i]!;
    const packet = arrivals[i + 1]!;
    // Differences first: the two clocks may be far apart, and a double holds only so many digits.
    const change = receivedAt[packet]! - receivedAt[before]! - (sentAt[packet]! - sentAt[before]!);
    jitter += (Math.abs(change) - jitter) / 16;
    series[i] = jitter;
  }
  return series;
}
