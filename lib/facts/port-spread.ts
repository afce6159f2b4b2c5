import type { Probe } from '../cluster/model.ts';
import type { Exchanged } from '../mesh/dialled.ts';
import type { ExchangePlan } from '../mesh/plan.ts';
import type { Facts } from '../verdict/judgement.ts';

/** Low, registered and ephemeral ports: both ends of each range, ports that filters are often written about, and even steps between. */
export const portSpread = [
  1, 53, 80, 443, 1023, 1024, 2049, 4789, 6443, 9100, 15_001, 20_000, 25_000, 29_999, 30_000, 32_767, 32_768, 36_000,
  40_001, 44_000, 49_151, 49_152, 54_000, 60_999, 61_000, 65_535,
];

/** Above this many ordered pairs a pair takes a share of the ports, and all pairs together take all of them. */
const pairsWithAllPorts = 100;
const portsOfShare = 6;

/**
 * The ports for one pair of probes. Shares rotate, so that neighbouring pairs take different ones.
 * A pair that failed already on its one ordinary port takes a share too: it is broken on any, and each dial would be waited for.
 */
export function portsFor(before: Exchanged): NonNullable<ExchangePlan['ports']> {
  const pairs = new Set(before.dialled.map(pairOf)).size;
  const ailing = new Set(
    before.dialled.filter((dial) => dial.record?.outcome !== 'delivered' || dial.lossy).map(pairOf),
  );
  return (pair) => {
    if (pairs <= pairsWithAllPorts && !ailing.has(pairOf(pair))) return portSpread;
    const first = pair.index * portsOfShare;
    return Array.from({ length: portsOfShare }, (_, n) => portSpread[(first + n) % portSpread.length] ?? 80);
  };
}

function pairOf({ from, to }: { from: Probe; to: Probe }): string {
  return `${from.uid} ${to.uid}`;
}

/** Makes every pod listen on all ports of the spread, and says where that failed. */
export async function listenOnSpread(pods: Probe[]): Promise<Facts> {
  const failures = await Promise.all(
    pods.map(async (pod) => {
      const reply = await pod.channel.request({ kind: 'listen', ports: portSpread }, { deadlineMs: 15_000 });
      if (!reply.whole) return [reply.reason];
      return reply.records
        .filter((record) => record.kind === 'listen' && record.error !== null)
        .map((record) => `${pod.node}/${pod.name} cannot listen: ${JSON.stringify(record)}`);
    }),
  );
  const all = failures.flat();
  return {
    expected: 'the probes listen on every port of the spread',
    seen: `${portSpread.length} ports on each of ${pods.length} pods, TCP and UDP`,
    violations: [],
    inconclusive: all.length === 0 ? null : all.slice(0, 3).join('; '),
    data: { ports: portSpread },
  };
}
