import type { OpenLoopRecord } from '../../conversations/open-loop.ts';
import type { Stream } from './measured.ts';

/** A probe's record with its numbers unpacked. Throws an Error with one sentence when their counts do not fit. */
export function decodeStream(record: OpenLoopRecord, about: Pick<Stream, 'where' | 'from' | 'to' | 'path'>): Stream {
  const [scheduled, late, roundTrip, responder] = [
    record.scheduledUs,
    record.lateNs,
    record.roundTripNs,
    record.responderNs,
  ].map((base64) => Buffer.from(base64, 'base64')) as [Buffer, Buffer, Buffer, Buffer];
  const { packets, duplicates, tooLate, error, longestStallMs } = record;
  const lengths = [scheduled.length, late.length, roundTrip.length, responder.length / 2];
  if (lengths.some((length) => length !== 4 * packets))
    throw new Error(`the numbers of an open loop from ${about.from} are not as many as it says`);
  return {
    ...about,
    packets: Array.from({ length: packets }, (_, n) => {
      const ns = roundTrip.readInt32LE(4 * n);
      return {
        scheduledUs: scheduled.readUInt32LE(4 * n),
        lateNs: late.readInt32LE(4 * n),
        roundTripNs: ns < 0 ? null : ns,
        responderNs: ns < 0 ? null : responder.readDoubleLE(8 * n),
      };
    }),
    duplicates,
    tooLate,
    error,
    longestStallMs,
  };
}
