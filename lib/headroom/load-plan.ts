/** Who loads whom, for how long, and how that is announced. */
import type { Probe } from '../cluster/model.ts';
import { choosePairs, type Pair } from '../service-paths/pairs.ts';
import type { Where } from '../service-paths/path.ts';
import type { Protocol } from '../conversations/basics.ts';

export interface LoadForm {
  /** Requests, each on flows of its own, between as many pairs as there are. Many short ones make up for flows that are faster or slower than others for as long as they exist. */
  rounds: Record<Protocol, Record<Where, number>>;
  /** Of one round. */
  ms: Record<Protocol, Record<Where, number>>;
  /** Of all rounds together. */
  bytes: number;
  /** Of one turn. Established flows pause so briefly between two turns that slow start hardly matters; what is left of it falls into the ramp. */
  rampMs: number;
  countedMs: number;
}

/** 20 s of TCP and 10 s of UDP; 24 GiB are 20 s at 10 Gbit/s. */
export const loadForm: LoadForm = {
  rounds: { TCP: { 'other node': 12, 'same node': 7 }, UDP: { 'other node': 6, 'same node': 4 } },
  ms: { TCP: { 'other node': 1_200, 'same node': 800 }, UDP: { 'other node': 1_200, 'same node': 700 } },
  bytes: 24 * 1024 ** 3,
  rampMs: 10,
  countedMs: 30,
};

export interface Round {
  protocol: Protocol;
  pair: Pair;
  budgetMs: number;
}

/** Rounds one after the other, TCP first; where there are fewer pairs than rounds, pairs take turns. None where no node has two probes. */
export function planRounds(pods: readonly Probe[], { form, seed }: { form: LoadForm; seed: number }): Round[] {
  const pairs = choosePairs(pods, { limits: form.rounds.TCP, seed });
  return (['TCP', 'UDP'] as const).flatMap((protocol) =>
    (['other node', 'same node'] as const).flatMap((where) => {
      const mine = pairs.filter((pair) => pair.where === where);
      const count = mine.length === 0 ? 0 : form.rounds[protocol][where];
      return Array.from({ length: count }, (_, n) => ({
        protocol,
        pair: mine[n % mine.length]!,
        budgetMs: form.ms[protocol][where],
      }));
    }),
  );
}

/** Of what TCP sends in the same time: a datagram is small, and one process sends few of them. */
const udpShare = 0.05;

/** How much of the bytes that are left is for the first of the rounds that are left: by time, nearly all for TCP. */
export function shareOfBytes(left: readonly Round[], bytes: number): number {
  const [first, sum] = [left.slice(0, 1), left].map((rounds) =>
    rounds.reduce((weight, { protocol, budgetMs }) => weight + budgetMs * (protocol === 'UDP' ? udpShare : 1), 0),
  );
  return Math.floor((bytes * first!) / sum!);
}

export function gibibytes({ bytes }: Pick<LoadForm, 'bytes'>): number {
  return Number((bytes / 1024 ** 3).toFixed(1));
}

/** What will be sent at most, between which nodes: one line. */
export function announcement(rounds: readonly Round[], { bytes }: Pick<LoadForm, 'bytes'>): string {
  const nodesOf = (where: Where): string =>
    [
      ...new Set(
        rounds.flatMap(({ pair }) =>
          pair.where === where ? [where === 'same node' ? pair.from.node : `${pair.from.node} → ${pair.to.node}`] : [],
        ),
      ),
    ].join(', ');
  const places = [
    ['between nodes', nodesOf('other node')],
    ['within a node', nodesOf('same node')],
  ].flatMap(([what, nodes]) => (nodes === '' ? [] : [`${what} (${nodes})`]));
  return `services/headroom sends ${amounts((protocol) => secondsOf(rounds, protocol), bytes)}, ${places.join(' and ')}, one pair at a time; it ends when the run is interrupted`;
}

/** The same before the nodes are known. */
export function announcementOf({ rounds, ms, bytes }: LoadForm): string {
  const seconds = (protocol: Protocol): number =>
    (['other node', 'same node'] as const).reduce(
      (sum, where) => sum + rounds[protocol][where] * ms[protocol][where],
      0,
    ) / 1000;
  return `services/headroom would send ${amounts(seconds, bytes)}, between some of the nodes and within some, one pair at a time`;
}

function secondsOf(rounds: readonly Round[], protocol: Protocol): number {
  return rounds.reduce((sum, round) => sum + (round.protocol === protocol ? round.budgetMs : 0), 0) / 1000;
}

function amounts(seconds: (protocol: Protocol) => number, bytes: number): string {
  const s = (protocol: Protocol): string => Number(seconds(protocol).toFixed(1)).toString();
  return `up to ${s('TCP')} s of TCP at full speed and up to ${s('UDP')} s of UDP in packets of 64 bytes (IPv6: 84), at most ${gibibytes({ bytes })} GiB in all`;
}
