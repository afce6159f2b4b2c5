import type { Protocol } from '../conversations/basics.ts';
import type { ExchangeTimes } from './times.ts';

/** Until the answer is there: connecting takes one round trip, the question and its answer another. */
const tripsOf: Record<Protocol, number> = { TCP: 2, UDP: 1 };
/** Jitter and queues make one round trip as long as two of the usual ones. */
const unsteady = 2;
/** Every time is long enough for this, ms, as it stands. */
const coveredMs = 20;
/** No network that people use takes longer; the kernel itself sends a SYN again by then. */
const longestMs = 1_000;

/** How much longer than on a fast network an answer is to be waited for, where a round trip takes so long, ms. */
export function moreMs(protocol: Protocol, roundTripMs: number): number {
  return Math.round(tripsOf[protocol] * unsteady * Math.max(0, Math.min(roundTripMs, longestMs) - coveredMs));
}

/** These times on a network with such round trips: each wait for an answer is longer by what the network needs. What nobody may answer is waited for as long: an answer would come as late. */
export function stretched(times: ExchangeTimes, roundTripMs: number): ExchangeTimes {
  const [connecting, datagram] = [moreMs('TCP', roundTripMs), moreMs('UDP', roundTripMs)];
  return {
    ...times,
    dialTimeoutMs: times.dialTimeoutMs + connecting,
    datagramTimeoutMs: times.datagramTimeoutMs + datagram,
    youngEveryMs: times.youngEveryMs + connecting,
    calm: {
      ...times.calm,
      connectionTimeoutMs: times.calm.connectionTimeoutMs + connecting,
      datagramTimeoutMs: times.calm.datagramTimeoutMs + datagram,
    },
  };
}

/** Each wait for an answer so many times as long: probes that are short of CPU time stood still for 1 to 3 s in each round, of 2 s. */
const longer = 3;

/** These times for asking again what a probe spoilt as it stood still: asked likewise, it would be spoilt again. A stream is given two waits at least. */
export function withLongerTimeouts(times: ExchangeTimes): ExchangeTimes {
  const { flowingMs, calm } = times;
  const connectionTimeoutMs = longer * calm.connectionTimeoutMs;
  return {
    ...times,
    flowingMs: Math.max(flowingMs, 2 * connectionTimeoutMs),
    calm: { ...calm, connectionTimeoutMs, datagramTimeoutMs: longer * calm.datagramTimeoutMs },
  };
}
