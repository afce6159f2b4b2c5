import type { Probe } from '../../cluster/model.ts';
import type { Exchanged } from '../dialled.ts';
import { firstOfEachNode } from '../pairs.ts';
import type { ExchangePlan } from '../plan.ts';
import { holdingTimes } from '../times.ts';

/** Flows that were opened and have been idle since. */
export interface Held {
  opened: Exchanged;
  /** Milliseconds of the run's clock. */
  atMs: number;
}

/** Opened before the first clause, where a clause needs them. */
export const heldFlows: { readonly name: string; readonly gives?: Held } = { name: 'held flows' };

/** The most ordered pairs, with two flows of each protocol and family: those of some 16 nodes. Of more, an even share. */
const pairsAtMost = 1_000;

/** Both as one, idle since the later was opened. */
export function heldTogether(one: Held, other: Held | null): Held {
  if (other === null) return one;
  const dialled = [...one.opened.dialled, ...other.opened.dialled];
  return { opened: { ...one.opened, dialled }, atMs: Math.max(one.atMs, other.atMs) };
}

/** Opens flows between one pod of each node and the node itself and those of all other nodes, and within each node; all stay open. */
export async function holdFlows({
  pods,
  nodes,
  exchange,
}: {
  pods: Probe[];
  nodes: Probe[];
  exchange: (plan: Omit<ExchangePlan, 'families'>) => Promise<Exchanged>;
}): Promise<Held> {
  const all = [...pods, ...nodes];
  const plan = { from: all, to: all, pairs: firstOfEachNode(all), maxPairs: pairsAtMost };
  const opened = await exchange({ ...plan, hold: true, times: holdingTimes });
  return { opened, atMs: performance.now() };
}
