/** Streams of an open loop with jitter, tails and losses that are known because they were put there. */
import type { Path, Where } from '../../../../lib/service-paths/path.ts';
import type { OpenLoop, Packet, Stream } from '../../../../lib/latency/open-loop/measured.ts';
import { seededRandom } from '../../../../lib/statistics/random.ts';

export interface StreamAbout {
  where?: Where;
  packets?: number;
  pairs?: number;
  seed?: number;
  /** Microseconds that every other packet takes more on the way there. */
  swing?: Partial<Record<Path, number>>;
  /** Microseconds that one packet in fifty takes more on its way back. */
  tail?: Partial<Record<Path, number>>;
  /** One packet in so many is lost. */
  lossEvery?: Partial<Record<Path, number>>;
  /** Microseconds that one packet in fifty is sent late, beside the millisecond of timers. */
  lateUs?: number;
  without?: Path[];
}

const allPaths: Path[] = ['pod-ip', 'control', 'cluster-ip', 'node-port'];

/** 60 µs there and as long back, and a few microseconds of noise. The responder's clock is far off. */
function made(path: Path, { pair, about }: { pair: number; about: StreamAbout }): Stream {
  const { where = 'other node', packets = 150, seed = 1, swing = {}, tail = {}, lossEvery = {}, lateUs = 0 } = about;
  const random = seededRandom(1_000 * seed + 10 * pair + allPaths.indexOf(path));
  let first: number | null = null;
  return {
    where,
    from: `node-${pair + 1}`,
    to: where === 'same node' ? `node-${pair + 1}` : `node-${pair + 2}`,
    path,
    packets: Array.from({ length: packets }, (_, n): Packet => {
      const scheduledUs = 20_000 * n + 5_000 * allPaths.indexOf(path);
      const lateNs = Math.round(1e6 * random.uniform()) + (n % 50 === 7 ? 1000 * lateUs : 0);
      const there = 60_000 + Math.round(4_000 * random.uniform()) + 1000 * (n % 2) * (swing[path] ?? 0);
      const back = 60_000 + Math.round(4_000 * random.uniform()) + (n % 50 === 9 ? 1000 * (tail[path] ?? 0) : 0);
      const every = lossEvery[path];
      if (every !== undefined && n % every === 0) return { scheduledUs, lateNs, roundTripNs: null, responderNs: null };
      const had = 1000 * scheduledUs + lateNs + there;
      first ??= had;
      return { scheduledUs, lateNs, roundTripNs: there + back, responderNs: had - first };
    }),
    duplicates: 0,
    tooLate: 0,
    error: null,
    longestStallMs: 1,
  };
}

/** Three pairs unless told otherwise; several lists of streams make several places. */
export function openLoopOf(...places: StreamAbout[]): OpenLoop {
  const streams = places.flatMap((about) =>
    Array.from({ length: about.pairs ?? 3 }, (_, pair) =>
      allPaths.filter((path) => !about.without?.includes(path)).map((path) => made(path, { pair, about })),
    ).flat(),
  );
  const packets = places[0]?.packets ?? 150;
  return { seed: 7, packetsPerSecond: 50, packetBytes: 172, packets, streams, remarks: [] };
}
