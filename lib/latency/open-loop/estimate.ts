/** From the packets of an open loop to numbers with intervals. Microseconds. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { BlockRule } from '../../statistics/bootstrap/blocks.ts';
import { bothBlocks } from '../../statistics/bootstrap/bootstrap.ts';
import { controlLevel, judgeCost, type Finding } from '../../statistics/finding.ts';
import type { Estimate } from '../../statistics/interval.ts';
import { bootstrapQuantileDifference, type TwoArms } from '../../statistics/bootstrap/quantile-difference.ts';
import { seededRandom, type Random } from '../../statistics/random.ts';
import { samplesToSee, tailOf, type Tail } from '../../statistics/tail.ts';
import type { Path, Where } from '../../service-paths/path.ts';
import { armOf, type OpenLoopArm } from './arms.ts';
import { apart, enoughPairs, isAnswered, jitterSeries } from './jitter.ts';
import type { OpenLoop, Packet, Stream } from './measured.ts';

const paths: Path[] = ['pod-ip', 'control', 'cluster-ip', 'node-port'];
const names = ['jitter there', 'jitter back', 'p99'] as const;
/** A hundredth of the variation that ITU-T Y.1541 allows a telephone call: what is smaller matters to nobody. */
const threshold = 500;

export type OpenLoopDifferenceName = (typeof names)[number];

/** A path minus the pod IP: of the median of RFC 3550's jitter, or of the 99th percentile of round trips. */
export interface OpenLoopDifference extends Estimate {
  name: OpenLoopDifferenceName;
  path: Path;
  samples: number;
  /** The same with the control in the place of the path. */
  control: Estimate;
  threshold: number;
  finding: Finding;
}

/** All of an open loop to pods on the same node, or on others. */
export interface OpenLoopGroup {
  where: Where;
  pairs: number;
  arms: OpenLoopArm[];
  differences: OpenLoopDifference[];
  /** How much later than scheduled the sender sent. */
  late: Tail;
  longestStallMs: number;
}

/** A group for each place that something was sent to. Between two of them the channels' heartbeats get their turn: the full form takes seconds. */
export async function estimateOpenLoop(openLoop: OpenLoop): Promise<OpenLoopGroup[]> {
  const groups: OpenLoopGroup[] = [];
  for (const streams of Map.groupBy(openLoop.streams, ({ where }) => where).values()) {
    groups.push(estimatePlace(streams, openLoop));
    await breathe();
  }
  return groups;
}

function estimatePlace(streams: readonly Stream[], { seed, packetsPerSecond }: OpenLoop): OpenLoopGroup {
  const intervalUs = 1e6 / packetsPerSecond;
  const random = seededRandom(seed);
  const byPair = [...Map.groupBy(streams, ({ from, to }) => `${from} ${to}`).values()];
  const on = (path: Path): Stream[] => streams.filter((one) => one.path === path);
  // A path that some pairs lack would be compared with another choice of pairs.
  const common = paths.filter((path) => on(path).length === byPair.length);
  return {
    where: streams[0]!.where,
    pairs: byPair.length,
    arms: common.map((path) => armOf(path, { streams: on(path), random, intervalUs })),
    differences: differencesOf(byPair, { common, random }),
    late: tailOf(streams.flatMap(({ packets }) => packets.map(({ lateNs }) => lateNs / 1000))),
    longestStallMs: Math.max(...streams.map(({ longestStallMs }) => longestStallMs)),
  };
}

function differencesOf(
  byPair: readonly Stream[][],
  { common, random }: { common: readonly Path[]; random: Random },
): OpenLoopDifference[] {
  const whole = byPair.map((streams) => wholeFrames(streams, common)).filter(([one]) => (one?.length ?? 0) >= fewest);
  if (whole.length === 0) return [];
  const count = whole.reduce((total, [one]) => total + one!.length, 0);
  return names.flatMap((name) => {
    if (count < (name === 'p99' ? samplesToSee(0.99) : fewestForJitter(whole.length))) return [];
    const minusPodIP = (path: Path, level?: number): Estimate => {
      const pairs = whole.map((frames): TwoArms => {
        const of = (wanted: Path) => valuesOf(frames[common.indexOf(wanted)]!, name);
        return { minuend: of(path), subtrahend: of('pod-ip') };
      });
      return bootstrapQuantileDifference(pairs, {
        random,
        probability: name === 'p99' ? 0.99 : 0.5,
        ...(level !== undefined && { level }),
        ...(name !== 'p99' && whole.length < enoughPairs && { blocks: [...bothBlocks, jitterBlocks] }),
      });
    };
    const control = minusPodIP('control', controlLevel);
    return common
      .filter((path) => path === 'cluster-ip' || path === 'node-port')
      .map((path) => {
        const estimate = minusPodIP(path);
        const finding = judgeCost(estimate, { control, threshold });
        return { name, path, ...estimate, samples: count, control, threshold, finding };
      });
  });
}

/** With one or two pairs the blocks for jitter must be long: with fewer frames there are none to draw from. */
function fewestForJitter(pairs: number): number {
  return pairs < enoughPairs ? 6 * apart * pairs : 0;
}

/** Blocks as long as the memory of the running jitter. */
const jitterBlocks: BlockRule = (count) => Math.min(apart, Math.ceil(count / 3));

/** With fewer frames a pair can't be divided into blocks. */
const fewest = 20;

/** Packets that were sent within the same 20 ms and all answered, by path, so that every path has the same moments. */
function wholeFrames(streams: readonly Stream[], common: readonly Path[]): Packet[][] {
  const each = common.map((path) => streams.find((one) => one.path === path)!.packets);
  const whole = each[0]!.flatMap((_, n) => (each.every((packets) => isAnswered(packets[n]!)) ? [n] : []));
  return each.map((packets) => whole.map((n) => packets[n]!));
}

function valuesOf(packets: readonly Packet[], name: OpenLoopDifferenceName): Float64Array {
  switch (name) {
    case 'jitter there':
      return jitterSeries(packets, 'there');
    case 'jitter back':
      return jitterSeries(packets, 'back');
    case 'p99':
      return Float64Array.from(packets, ({ roundTripNs }) => roundTripNs! / 1000);
  }
}
