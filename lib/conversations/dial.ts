import { z } from 'zod';
import { count, identity, ms, socketAddress, type Protocol } from './basics.ts';

/** Dial all of these, in this order, at most `concurrency` in flight. A `DialRecord` each, as it ends. */
export interface DialRequest {
  kind: 'dial';
  concurrency: number;
  /** Pause between the starts of two dials; left out: none. */
  spacingMs?: number;
  dials: Dial[];
}

export interface Dial {
  /** Unique in the run; the responder remembers it, so that a lost request can be distinguished from a lost reply. 1 to 64 printable ASCII characters, no space. */
  nonce: string;
  protocol: Protocol;
  address: string;
  port: number;
  /** From the first packet to the verdict; for UDP counted from the last datagram. Stalls of the dialler's event loop beyond 100 ms do not count. */
  timeoutMs: number;
  /** TCP: as long as something of it still moves, so long instead. */
  flowingMs?: number;
  /** TCP: so long its handshake takes anyway, by the round trips of the nodes; a SYN that is sent again meanwhile was not lost. Left out: a moment. */
  handshakeMs?: number;
  /** UDP only: how many datagrams, each answered separately. */
  datagrams?: number;
  /** Pause between two datagrams (UDP), or between the starts of two flows (TCP). */
  intervalMs?: number;
  /** How many flows, each from a different source port: connections (TCP), or sockets that share the datagrams evenly (UDP). Left out: one. */
  flows?: number;
  /** Bytes of payload that follow a head of 128 bytes; the answer is at least as long, and both are checked. TCP: at most 8 MiB; UDP: at most 65,379 (with the head a datagram of 65,507). */
  payloadBytes?: number;
  /** UDP only: bytes of each whole question, where they are to be fewer than those of a head: 15 at least. Its answer is as any. */
  questionBytes?: number;
  /** UDP only: datagrams have all lengths from this many bytes, 15 at least, to those of head and payload, evenly spread and mixed. */
  leastBytes?: number;
  /** UDP only: bytes of each answer, where it is to be shorter than the question; never shorter than what it has to say. */
  answerBytes?: number;
  /** Of the first flow; 0 or left out: the kernel's choice. */
  sourcePort?: number;
  /** The same, if that port is available; otherwise the kernel's choice. */
  preferredPort?: number;
  /** Flows without a source port of their own come from ones that those of other dials do not get; where that is not available, the kernel's choice. */
  apart?: true;
  /** TCP only: says nothing, and closes the connection once it is established, which counts as answered: for servers that don't speak as probes do. */
  connectOnly?: true;
  /** TCP only: once it is answered, ends its side, and waits for the end of the other; where that does not come it is no answer. */
  closes?: true;
  /** Once it is answered, leave its flow open and idle, for a later dial. */
  hold?: boolean;
  /** Goes over the flow that the dial of this nonce left open; no new connection is made. The flow is closed afterwards. */
  over?: string;
  /** Over a flow that was left open the responder speaks first, with the nonce of the dial that opened it: see `SpeakRequest`. Nothing is asked before that has arrived. */
  first?: 'responder';
}

/** How a dial ends. `wrong responder` is reported by the probe only when the responder does not speak the probe's protocol at all; the runner judges who *should* answer. */
export const dialOutcome = z.enum([
  'delivered',
  'refused',
  'reset',
  'timeout',
  'unreachable',
  'wrong responder',
  'corrupted',
  'inconclusive',
]);
export type DialOutcome = z.infer<typeof dialOutcome>;

/** What a responder saw of the dial that it answered. */
const responderView = z.object({
  who: identity,
  /** The responder's own end of the socket. */
  local: socketAddress,
  /** The address and port from which the dialler appeared to come. */
  peer: socketAddress,
});
export type ResponderView = z.infer<typeof responderView>;

/** UDP: flows of which the first datagrams were answered, of many nearly all, and, from one on, none. */
export const cutOff = z.object({
  flows: count,
  /** After how many datagrams, the flow with the fewest and the one with the most. */
  fewest: count,
  most: count,
  /** What was not answered of these flows. */
  lost: count,
});

/** UDP: the shortest and the longest of neighbouring lengths of which nothing was answered, bytes, and how many of those that were sent lie there. */
const lengthRange = z.object({ least: count, most: count, lengths: count });

/** TCP: bytes of a stream that were acknowledged, and that came back. */
const streamed = z.object({ sent: count, received: count });

export const dialRecord = z.object({
  kind: z.literal('dial'),
  nonce: z.string(),
  /** Of several flows: `delivered` when any of them was, unless somebody else answered or bytes were damaged. */
  outcome: dialOutcome,
  /** Connections tried and retransmitted SYNs (TCP), or datagrams sent (UDP). */
  attempts: count,
  /** Complete, correct answers. Fewer than `attempts` in a delivered dial is loss. */
  answered: count,
  /** From connect or first datagram to the first complete answer (null without one). */
  firstAnswerMs: ms.nullable(),
  /** TCP: until the connection was established, the slowest of several (null when none ever was). UDP: null. */
  connectMs: ms.nullable(),
  /** TCP: SYNs that the kernel must have retransmitted, inferred from the time that connecting took: it does so after 1, 3 and 7 s. */
  lostSyns: count,
  /** Of several flows: how most of those ended that got no answer at all; null when all got one, or there is only one flow. */
  failed: dialOutcome.nullable(),
  /** Source ports of those flows, 16 at most. */
  failedPorts: z.array(z.int()),
  /** Left out: no flow was. */
  cutOff: cutOff.optional(),
  /** Of a flow with all lengths, the widest first, 64 at most; left out: some of each were answered. */
  lostLengths: z.array(lengthRange).optional(),
  /** Answered, but the connection did not come to its end: whether its own end was acknowledged, so that the other's is missing; left out: it did, or that was not asked. */
  unclosed: z.enum(['own end lost', 'other end lost', 'unknown']).optional(),
  /** Of a stream that stalled, by then; left out: it did not. */
  streamed: streamed.optional(),
  /** The dialler's own socket (null when there was none). */
  local: socketAddress.nullable(),
  /** Every different view that answers carried; one, on a healthy network. */
  views: z.array(responderView),
  /** Over a flow that was left open: how long it was idle, when it ended meanwhile (null: no end was seen), and where the responder was to speak first, whether that arrived. */
  held: z.object({ idleMs: ms, endedAfterMs: ms.nullable(), heard: z.boolean().optional() }).optional(),
  /** errno name or a short reason, where there is one. */
  error: z.string().nullable(),
});
export type DialRecord = z.infer<typeof dialRecord>;
