/** What an open loop found, as plain data. */
import type { Path, Where } from '../../service-paths/path.ts';

/** One path of one pair of pods: a packet every 20 ms, answered or not. */
export interface Stream {
  where: Where;
  /** Nodes of the pod that sends and of the pod that answers. */
  from: string;
  to: string;
  path: Path;
  packets: Packet[];
  duplicates: number;
  tooLate: number;
  /** What the socket said first; null: nothing. */
  error: string | null;
  /** Of the sender's event loop. */
  longestStallMs: number;
}

export interface Packet {
  /** Microseconds from the schedule's start. */
  scheduledUs: number;
  /** Nanoseconds: how much later it was sent. */
  lateNs: number;
  /** Nanoseconds from the actual send; null: lost. */
  roundTripNs: number | null;
  /** Nanoseconds of the responder's clock, from its first answer to this stream: when it had the packet; null: lost. */
  responderNs: number | null;
}

export interface OpenLoop {
  seed: number;
  packetsPerSecond: number;
  packetBytes: number;
  /** Of each stream. */
  packets: number;
  streams: Stream[];
  /** What is missing, and why. */
  remarks: string[];
}

/** When a packet was sent, nanoseconds of the sender's clock from the schedule's start. */
export function sentNs({ scheduledUs, lateNs }: Packet): number {
  return scheduledUs * 1000 + lateNs;
}
