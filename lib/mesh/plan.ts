import type { Probe } from '../cluster/model.ts';
import type { Family, Protocol } from '../probe/wire.ts';
import type { PlannedDial } from './dialled.ts';
import type { PairRule } from './pairs.ts';

/** Who dials whom, over what. */
export interface ExchangePlan {
  from: Probe[];
  to: Probe[];
  pairs: PairRule;
  families: Family[];
  protocols?: Protocol[];
  /** Ports for the n-th pair; left out: the port where the target listens. */
  ports?: (pair: { from: Probe; to: Probe; index: number }) => number[];
  /** UDP: datagrams a dial; left out: `defaultTimes.datagrams`. */
  datagrams?: number;
}

let nonces = 0;
const run = Math.random().toString(36).slice(2, 8);

/**
 * The dials of each source, in the order in which it works through them.
 * Source n starts at target n + 1, so that no two sources call on the same target at the same moment.
 */
export function planDials(plan: ExchangePlan): Map<Probe, PlannedDial[]> {
  const planned = new Map<Probe, PlannedDial[]>();
  let index = 0;
  for (const [n, from] of plan.from.entries()) {
    const dials: PlannedDial[] = [];
    for (const to of rotated(plan.to, n + 1)) {
      if (!plan.pairs(from, to)) continue;
      const ports = plan.ports?.({ from, to, index }) ?? [to.hello.port];
      index += 1;
      dials.push(...dialsOf({ from, to, ports, plan }));
    }
    if (dials.length > 0) planned.set(from, dials);
  }
  return planned;
}

function dialsOf(options: { from: Probe; to: Probe; ports: number[]; plan: ExchangePlan }): PlannedDial[] {
  const { from, to, ports, plan } = options;
  const dials: PlannedDial[] = [];
  for (const port of ports)
    for (const family of plan.families) {
      const address = to.addresses[family];
      if (address === undefined || from.addresses[family] === undefined) continue;
      for (const protocol of plan.protocols ?? (['TCP', 'UDP'] as const)) {
        nonces += 1;
        dials.push({ nonce: `${run}-${nonces.toString(36)}`, from, to, protocol, family, address, port });
      }
    }
  return dials;
}

function rotated<T>(items: T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
