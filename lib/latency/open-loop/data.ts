import { openLoopFile, type EstimatedOpenLoop } from './open-loop.ts';

/** What the files beside the report hold of an open loop: all but the packets themselves. Microseconds. */
export function openLoopData({ openLoop, groups }: EstimatedOpenLoop): object {
  const { streams, packetsPerSecond, packetBytes, seed } = openLoop;
  const summaries = streams.map(({ packets, ...stream }) => ({ ...stream, packets: packets.length }));
  return { unit: 'µs', seed, packetsPerSecond, packetBytes, groups, streams: summaries, rawData: openLoopFile };
}
