import type { Probe } from '../cluster/model.ts';
import type { Destination } from '../mesh/destination.ts';
import type { Exchanged } from '../mesh/dialled.ts';
import type { ExchangePlan } from '../mesh/plan.ts';
import type { Facts } from '../verdict/oracle/judgement.ts';

/** Low, registered and ephemeral ports: both ends of each range, ports that filters are often written about, and even steps between. None that plugins keep for themselves: see `kept-ports.ts`. */
export const portSpread = [
  1, 53, 80, 443, 1023, 1024, 2049, 5432, 6443, 9100, 15_001, 20_000, 25_000, 29_999, 30_000, 32_767, 32_768, 36_000,
  40_001, 44_000, 49_151, 49_152, 54_000, 60_999, 61_000, 65_535,
];

/** Above this many ordered pairs a pair takes a share of the ports, and all pairs together take all of them. */
const pairsWithAllPorts = 100;
const portsOfShare = 6;
/** Above this many, only an even share of the pairs is dialled at all. */
const pairsWithPorts = 10_000;

/** The ports on which each pod listens now, by uid, and whether that is all of them. */
export interface Listening {
  ports: Map<string, number[]>;
  facts: Facts;
}

/**
 * Makes every pod listen on all ports of the spread. A port that is taken (by an outgoing connection that has just ended)
 * is replaced by a neighbour: a port where nobody listens would refuse like a firewall.
 */
export async function listenOnSpread(pods: Probe[]): Promise<Listening> {
  return listenOnPorts(pods, portSpread);
}

/** The same for other ports. */
export async function listenOnPorts(pods: Probe[], wanted: readonly number[]): Promise<Listening> {
  const all = await Promise.all(pods.map(async (pod) => [pod, await listen(pod, wanted)] as const));
  const failures = all.flatMap(([pod, { reason }]) => (reason === null ? [] : [`${pod.node}/${pod.name} ${reason}`]));
  return {
    ports: new Map(all.map(([pod, { ports }]) => [pod.uid, ports])),
    facts: {
      expected: 'the probes listen on every port of the spread, or on its neighbour',
      seen: `${wanted.length} ports on each of ${pods.length} pods, TCP and UDP`,
      violations: [],
      inconclusive: failures.length === 0 ? null : failures.slice(0, 3).join('; '),
      data: { ports: wanted },
    },
  };
}

const neighbours = 4;

async function listen(pod: Probe, all: readonly number[]): Promise<{ ports: number[]; reason: string | null }> {
  const ports: number[] = [];
  let wanted = all;
  for (let shift = 0; shift <= neighbours && wanted.length > 0; shift += 1) {
    const asked = wanted.map((port) => shifted(port, shift));
    const reply = await pod.channel.request({ kind: 'listen', ports: asked }, { deadlineMs: 15_000 });
    if (!reply.whole) return { ports, reason: `can't be told to listen: ${reply.reason}` };
    const refused = new Set(reply.records.filter(({ error }) => error !== null).map(({ port }) => port));
    ports.push(...asked.filter((port) => !refused.has(port)));
    wanted = wanted.filter((port) => refused.has(shifted(port, shift)));
  }
  return { ports, reason: wanted.length === 0 ? null : `can't listen on ports ${wanted.join(', ')} nor beside them` };
}

function shifted(port: number, by: number): number {
  return port + by > 65_535 ? port - by : port + by;
}

/**
 * The ports for one pair of probes. Shares rotate, so that neighbouring pairs take different ones.
 * A pair that failed already on its one ordinary port takes a share too: it is broken on any, and each dial would be waited for.
 */
export function overPorts(
  listening: Listening,
  before: Exchanged,
): Required<Pick<ExchangePlan, 'ports' | 'datagrams' | 'maxPairs'>> {
  const pairs = new Set(before.dialled.map(pairOf)).size;
  const ailing = new Set(
    before.dialled.filter((dial) => dial.record?.outcome !== 'delivered' || dial.lossy).map(pairOf),
  );
  const ports = (pair: { from: Probe; to: Destination; index: number }): number[] => {
    const all = listening.ports.get(pair.to.id) ?? [];
    if (pairs <= pairsWithAllPorts && !ailing.has(pairOf(pair))) return all;
    const first = pair.index * portsOfShare;
    return Array.from({ length: portsOfShare }, (_, n) => all[(first + n) % all.length]).filter(
      (port) => port !== undefined,
    );
  };
  return { ports, datagrams: 4, maxPairs: pairsWithPorts };
}

function pairOf({ from, to }: { from: Probe; to: Destination }): string {
  return `${from.uid} ${to.id}`;
}
