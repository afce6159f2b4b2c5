/** From turns to a ratio with an interval. */
import { bootstrapPairs } from '../statistics/bootstrap/bootstrap.ts';
import { controlLevel, halfWidth } from '../statistics/finding.ts';
import type { Estimate } from '../statistics/interval.ts';
import { median } from '../statistics/quantile.ts';
import { seededRandom } from '../statistics/random.ts';
import type { Busy, LoadTurn } from '../conversations/load.ts';
import type { Loaded } from './loaded.ts';

/** The interval to aim for: ± 1 %. */
const aimed = Math.log(1.01);
/** Of the time; a probe that is busier is the limit itself. */
const busyFrom = 0.9;
/** Of the time; a window that is full for longer is the limit. While it is being refilled it is not full. */
const fullFrom = 0.5;

export type Limit = 'sending probe' | 'receiving probe' | 'probes' | 'window';

/** All rounds of one protocol, to pods on the same node or on others. Ratios, not their logarithms. */
export interface Ratio {
  where: Loaded['where'];
  protocol: Loaded['protocol'];
  rounds: number;
  pairs: number;
  blocks: number;
  /** ClusterIP to pod IP; reported only if `isSound`. */
  ratio: Estimate;
  /** Pod IP to pod IP: two equal paths. */
  control: Estimate;
  /** The control's interval holds 1. */
  isSound: boolean;
  /** Bytes or datagrams a second, median of the turns, as received. */
  perSecond: { podIP: number; clusterIP: number };
  /** Shares of 1, over all turns; `dropped`: for want of room in the receiver's own sockets. UDP. */
  lost: number;
  dropped: number;
  /** Medians of the turns. */
  sender: Busy;
  receiver: Busy;
  /** Set where, in most turns, a probe was busy all the time (running, or waiting for a CPU), or neither was and the sender waited for its window: then that was the limit, not the network. */
  limitedBy: Limit | null;
}

type Block = Record<LoadTurn['path'], LoadTurn>;

/** Median ratio and interval of rounds of one kind: blocks are resampled within rounds, rounds as wholes (each has flows of its own, and a pair of its own where there are as many). null when there is no whole block. */
export function estimateRatio(all: readonly Loaded[], { seed }: { seed: number }): Ratio | null {
  const rounds = all.map(({ turns }) => blocksOf(turns)).filter(({ length }) => length > 0);
  const [first] = all;
  if (first === undefined || rounds.length === 0) return null;
  const random = seededRandom(seed);
  const of = (log: (block: Block) => number, level = 0.95): Estimate =>
    exponential(
      bootstrapPairs(
        rounds.map((blocks) => blocks.map(log)),
        { random, level },
      ),
    );
  // Both turns by pod IP: one of them alone would make the interval wider.
  const ratio = of((block) => rate(block['cluster-ip']) - (rate(block['pod-ip']) + rate(block.control)) / 2);
  const control = of((block) => rate(block.control) - rate(block['pod-ip']), controlLevel);
  const turns = rounds.flat().flatMap((block) => Object.values(block));
  const middle = (pick: (turn: LoadTurn) => number, among = turns): number => median(among.map(pick));
  const by = (path: LoadTurn['path']): LoadTurn[] => turns.filter((turn) => turn.path === path);
  const perSecond = (turn: LoadTurn): number => (1000 * turn.received) / turn.ms;
  const busy = (end: 'sender' | 'receiver'): Busy => ({
    cpu: middle((turn) => turn[end].cpu),
    waited: middle((turn) => turn[end].waited),
    loop: middle((turn) => turn[end].loop),
  });
  const sum = (pick: (turn: LoadTurn) => number): number => turns.reduce((total, turn) => total + pick(turn), 0);
  return {
    where: first.where,
    protocol: first.protocol,
    rounds: rounds.length,
    pairs: new Set(all.map(({ from, to }) => `${from} ${to}`)).size,
    blocks: rounds.flat().length,
    ratio,
    control,
    isSound: control.lower <= 1 && control.upper >= 1,
    perSecond: { podIP: middle(perSecond, by('pod-ip')), clusterIP: middle(perSecond, by('cluster-ip')) },
    lost: Math.max(0, 1 - sum(({ received }) => received) / sum(({ sent }) => sent)),
    dropped: sum(({ dropped }) => dropped) / sum(({ sent }) => sent),
    sender: busy('sender'),
    receiver: busy('receiver'),
    limitedBy: limitOf(turns),
  };
}

/** Whether the interval is as narrow as it is meant to be. */
export function isNarrow({ lower, upper }: Pick<Estimate, 'lower' | 'upper'>): boolean {
  return halfWidth({ lower: Math.log(lower), upper: Math.log(upper) }) <= aimed;
}

/** Blocks in which every path received something. */
function blocksOf(turns: readonly LoadTurn[]): Block[] {
  return [...Map.groupBy(turns, ({ block }) => block).values()]
    .filter((block) => block.length === 3 && block.every(({ received, ms }) => received > 0 && ms > 0))
    .map((block) => Object.fromEntries(block.map((turn) => [turn.path, turn])) as Block);
}

function rate({ received, ms }: LoadTurn): number {
  return Math.log(received / ms);
}

function exponential({ estimate, lower, upper, level }: Estimate): Estimate {
  return { estimate: Math.exp(estimate), lower: Math.exp(lower), upper: Math.exp(upper), level };
}

function limitOf(turns: readonly LoadTurn[]): Ratio['limitedBy'] {
  const isBusy = ({ cpu, waited, loop }: Busy): boolean => Math.max(cpu + waited, loop) >= busyFrom;
  const mostly = (is: (turn: LoadTurn) => boolean): boolean => 2 * turns.filter(is).length >= turns.length;
  const sends = mostly(({ sender }) => isBusy(sender));
  const receives = mostly(({ receiver }) => isBusy(receiver));
  if (sends !== receives) return sends ? 'sending probe' : 'receiving probe';
  if (mostly(({ sender, receiver }) => isBusy(sender) || isBusy(receiver))) return 'probes';
  return mostly(({ full }) => full >= fullFrom) ? 'window' : null;
}
