import { openLoopFile, type EstimatedOpenLoop } from './open-loop.ts';

/** What `report.json` holds of an open loop: all but the packets themselves. Microseconds. */
export function openLoopData({ openLoop, groups }: EstimatedOpenLoop): Record<string, unknown> {
  const { streams, packetsPerSecond, packetBytes, seed } = openLoop;
  const told = streams.map(({ packets, ...stream }) => ({ ...stream, packets: packets.length }));
  return { unit: 'µs', seed, packetsPerSecond, packetBytes, groups, streams: told, rawData: openLoopFile };
}
