import type { OpenLoopGroup } from './open-loop-estimate.ts';
import type { OpenLoop } from './open-loop-measured.ts';
import { openLoopFile } from './open-loop.ts';

/** What `report.json` holds of an open loop: all but the packets themselves. Microseconds. */
export function openLoopData(
  { streams, packetsPerSecond, packetBytes, seed }: OpenLoop,
  groups: readonly OpenLoopGroup[],
): Record<string, unknown> {
  const told = streams.map(({ packets, ...stream }) => ({ ...stream, packets: packets.length }));
  return { unit: 'µs', seed, packetsPerSecond, packetBytes, groups, streams: told, rawData: openLoopFile };
}
