import { setTimeout as pause } from 'node:timers/promises';
import { nodesAt } from '../destination.ts';
import type { Dialled } from '../dialled.ts';
import type { CalmTimes } from '../times.ts';

interface Limit {
  key: string;
  /** What the item counts for, and the limit for all items in progress together. */
  weight: number;
  most: number;
}

/** What a dial that counts so much takes of what may be sent at a time: in all, and from or to each of its nodes. */
export function limitsOf(
  { from, to }: Pick<Dialled, 'from' | 'to'>,
  { weight, calm: { inAll, perNode } }: { weight: number; calm: Pick<CalmTimes, 'inAll' | 'perNode'> },
): Limit[] {
  const nodes = [...new Set([from.node, ...nodesAt(to)])];
  return [
    { key: 'all', weight, most: inAll },
    ...nodes.map((node) => ({ key: `node ${node}`, weight, most: perNode })),
  ];
}

/**
 * Works through items in their order, but postpones those that would exceed the limit of a key. An item counts
 * for `holdMs`, or until its work ends. Resolves when all work has ended; rejects when any has rejected.
 */
export async function runFew<T>(
  items: T[],
  options: { work: (item: T) => Promise<void>; holdMs: (item: T) => number; keys: (item: T) => Limit[] },
): Promise<void> {
  const counts = new Map<string, number>();
  const waiting = [...items];
  const working: Promise<void>[] = [];
  let wake = Promise.withResolvers<void>();
  const hasRoom = (item: T): boolean =>
    options.keys(item).every(({ key, weight, most }) => (counts.get(key) ?? 0) + weight <= most);
  const change = (item: T, sign: 1 | -1): void => {
    for (const { key, weight } of options.keys(item)) counts.set(key, (counts.get(key) ?? 0) + sign * weight);
  };
  const release = async (
    item: T,
    { over, either }: { over: AbortController; either: Promise<unknown> },
  ): Promise<void> => {
    await either;
    over.abort();
    change(item, -1);
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const start = (item: T): void => {
    change(item, 1);
    const work = options.work(item);
    working.push(work);
    const over = new AbortController();
    const held = pause(options.holdMs(item), undefined, { signal: over.signal }).catch(() => {});
    void release(item, { over, either: Promise.race([held, work.catch(() => {})]) });
  };
  while (waiting.length > 0) {
    const next = waiting.findIndex(hasRoom);
    if (next < 0) await wake.promise;
    else start(...(waiting.splice(next, 1) as [T]));
  }
  await Promise.all(working);
}
