import type { Probe } from '../cluster/model.ts';
import type { Destination } from '../mesh/destination.ts';
import type { Exchanged } from '../mesh/dialled.ts';
import { listenOnPorts, type Listening } from '../mesh/listen.ts';
import { pairOf } from '../mesh/pairs.ts';
import type { ExchangePlan } from '../mesh/plan.ts';
import type { Facts } from './facts.ts';

/** Low, registered and ephemeral ports: both ends of each range, ports that filters are often written about, and even steps between. None that plugins keep for themselves: see `kept-ports.ts`. */
export const portSpread = [
  1, 53, 80, 443, 1023, 1024, 2049, 5432, 6443, 9100, 15_001, 20_000, 25_000, 29_999, 30_000, 32_767, 32_768, 36_000,
  40_001, 44_000, 49_151, 49_152, 54_000, 60_999, 61_000, 65_535,
];

/**
 * With many ordered pairs each takes a share of the ports, so that there are about this many in all, but never fewer ports than `leastShare`.
 * On three nodes that is half of them, and each probe still dials all of them on each other node, whose two pods take a half each.
 */
const portsOfAllPairs = 625;
const leastShare = 6;
/** Above this many, only an even share of the pairs is dialled at all. */
const pairsWithPorts = 10_000;

/** Makes every pod listen on all ports of the spread, or beside them. */
export async function listenOnSpread(pods: Probe[]): Promise<Listening & { facts: Facts }> {
  const listening = await listenOnPorts(pods, portSpread);
  const { failures } = listening;
  return {
    ...listening,
    facts: {
      expected: 'the probes listen on every port of the spread, or on its neighbour',
      seen: `${portSpread.length} ports on each of ${pods.length} pods, TCP and UDP`,
      violations: [],
      inconclusive: failures.length === 0 ? null : failures.slice(0, 3).join('; '),
    },
  };
}

/**
 * The ports for one pair of probes. Shares rotate, so that neighbouring pairs take different ones.
 * A pair that failed already on its one ordinary port takes a share too: it is broken on any, and each dial would have to time out.
 */
export function overPorts(
  listening: Pick<Listening, 'ports'>,
  before: Exchanged,
): Required<Pick<ExchangePlan, 'ports' | 'datagrams' | 'maxPairs' | 'sourcePort'>> {
  const pairs = new Set(before.dialled.map(pairOf)).size;
  const ailing = new Set(
    before.dialled.filter((dial) => dial.record?.outcome !== 'delivered' || dial.lossy).map(pairOf),
  );
  const ports = (pair: { from: Probe; to: Destination; index: number }): number[] => {
    const all = listening.ports.get(pair.to.id) ?? [];
    const share = ailing.has(pairOf(pair)) ? leastShare : Math.max(leastShare, Math.round(portsOfAllPairs / pairs));
    const first = pair.index * share;
    return Array.from({ length: Math.min(share, all.length) }, (_, n) => all[(first + n) % all.length]!);
  };
  return { ports, datagrams: 4, maxPairs: pairsWithPorts, sourcePort: newSourcePorts() };
}

/** The lowest and the highest source port of dials, apart from those that the kernel chooses. */
const sourceRanges = [
  [600, 1_022],
  [2_000, 26_000],
  [61_001, 65_534],
] as const;

/** Every fourth dial of a pod is from a low port, every fourth from one below those that the kernel chooses, and every fourth from one above; dials of nodes keep the kernel's choice. */
function newSourcePorts(): (way: { from: Probe }) => number {
  const turns = new Map<string, number>();
  return ({ from: { uid, kind } }) => {
    if (kind === 'node') return 0;
    const turn = turns.get(uid) ?? Math.floor(Math.random() * 1_000);
    turns.set(uid, turn + 1);
    const range = sourceRanges[turn % (sourceRanges.length + 1)];
    if (range === undefined) return 0;
    const [first, last] = range;
    // Steps that leave a port unused for as long as possible.
    return first + ((Math.floor(turn / (sourceRanges.length + 1)) * 37) % (last - first + 1));
  };
}
