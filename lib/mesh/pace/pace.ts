import type { Dial } from '../../conversations/dial.ts';
import type { PlannedDial } from '../dialled.ts';

/**
 * How much the suite sends, all probes together: a verdict must not depend on the suite's own load.
 * Packets are counted both ways, including answers. All of it is in the report.
 */
export interface Pace {
  /** Packets a second at the start of a run: per node, and at most in all. */
  first: { perNode: number; inAll: number };
  /** The minimum rate, packets a second per node of the run. */
  slowest: number;
  /** The maximum rate, packets a second: of one probe, per node of the run, and in all. */
  fastest: { perProbe: number; perNode: number; inAll: number };
  /** The most dials that wait for an answer: of one probe, to one probe (through a Service: per probe that may answer), from and to the probes of one node, and in all. */
  inFlight: { perProbe: number; perTarget: number; perNode: number; inAll: number };
  /** An answer that takes this much longer than the fastest between the same two nodes is late, ms: then the rate is reduced. */
  lateMs: number;
  /** A dial without an answer for this long no longer counts as in flight, ms: it sends next to nothing, and dead paths must not hold up the others. */
  patienceMs: number;
  /** The same of a dial that NetworkPolicies forbid, ms: many of them wait in vain on a healthy network. */
  unexpectedMs: number;
  /**
   * More than this share of the last answers waited for longer than that (and so many have in this run): dials wait where nothing is dead, since probes
   * or nodes can't keep up. As long as it is so, no more dials are in flight than are answered `withinMs`, but `perNode` for each node of the run.
   */
  crowded: { share: number; answers: number; withinMs: number; perNode: number };
}

/**
 * On three nodes on two cores answers began to come late at 10,000 to 20,000 packets a second, all probes together (`traffic.reached` of
 * its reports). A socket has room for 170 to 270 datagrams (208 KiB): those of 8 dials of 20.
 */
export const defaultPace: Pace = {
  first: { perNode: 1_500, inAll: 6_000 },
  slowest: 300,
  fastest: { perProbe: 10_000, perNode: 20_000, inAll: 200_000 },
  inFlight: { perProbe: 64, perTarget: 16, perNode: 128, inAll: 4_096 },
  lateMs: 200,
  patienceMs: 1_000,
  unexpectedMs: 250,
  crowded: { share: 1 / 8, answers: 16, withinMs: 500, perNode: 16 },
};

/** For tests of what is sent, not of how fast. */
export const unlimitedPace: Pace = {
  first: { perNode: 1e9, inAll: 1e9 },
  slowest: 1e9,
  fastest: { perProbe: 1e9, perNode: 1e9, inAll: 1e9 },
  inFlight: { perProbe: 1e9, perTarget: 1e9, perNode: 1e9, inAll: 1e9 },
  lateMs: 1e9,
  patienceMs: 1e9,
  unexpectedMs: 1e9,
  crowded: { share: 1, answers: 1e9, withinMs: 1e9, perNode: 1e9 },
};

/** From the SYN to the last ACK: three to open, a question and an answer with their ACKs, three to close. */
const packetsOfConnection = 10;

/** Data and its ACK. */
const packetsOfPush = 2;

/** What a packet carries at least, where the network allows it; larger ones are counted as several. */
const bytesOfPacket = 1_400;

/** TCP itself sends no more of a stream than arrives: what is longer is counted as this, and there are fewer at once. */
const bytesOfStream = 256 * 1_024;

/** Whether it is a stream of more than that. */
export function isLongStream({ protocol, size }: Pick<PlannedDial, 'protocol' | 'size'>): boolean {
  return protocol === 'TCP' && (size?.bytes ?? 0) > bytesOfStream;
}

/** Packets of a dial, both ways, that carries this many bytes each way; a stream has an ACK for every two of its own. */
export function packetsOf(
  { protocol, datagrams = 1, flows = 1 }: Pick<Dial, 'protocol' | 'datagrams' | 'flows'>,
  bytes = 0,
): number {
  if (protocol === 'UDP') return 2 * datagrams * Math.max(1, Math.ceil(bytes / bytesOfPacket));
  const pieces = Math.ceil(Math.min(bytes, bytesOfStream) / bytesOfPacket);
  return (packetsOfConnection + (pieces > 1 ? 3 * pieces : 0)) * flows;
}

/** Packets, both ways, of what a responder says first over a flow: datagrams that are answered by what the dialler then asks. */
export function packetsOfSpeaking({ protocol, datagrams }: { protocol: 'TCP' | 'UDP'; datagrams: number }): number {
  return protocol === 'UDP' ? datagrams : packetsOfPush;
}
