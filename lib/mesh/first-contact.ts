/**
 * A node that was not talked to before must be found first: whoever dials it asks for its link-layer address (ARP, IPv6 neighbour
 * discovery). Once it has talked itself, everybody knows it; so a whole mesh hides that nobody can find it.
 */
import type { Probe } from '../cluster/model.ts';
import type { Exchanged } from './dialled.ts';
import { pathOf } from './pairs.ts';
import type { ExchangePlan } from './plan.ts';
import { isSound } from './rounds/merge.ts';

/** Made before all other dials, where a clause needs it. */
export const firstContacts: { readonly name: string; readonly gives?: Exchanged } = { name: 'first contacts' };

/** Each node dials the next one, and is dialled by another: none has talked to the node that dials it. Of two nodes one dials. */
export async function meetFirst({
  nodes,
  exchange,
}: {
  nodes: Probe[];
  exchange: (plan: Omit<ExchangePlan, 'families'>) => Promise<Exchanged>;
}): Promise<Exchanged> {
  const next = new Map(nodes.map((node, n) => [node, nodes[(n + 1) % nodes.length]?.uid]));
  const from = nodes.length === 2 ? nodes.slice(0, 1) : nodes;
  return exchange({
    from,
    to: nodes,
    pairs: (one, other) => one.uid !== other.id && next.get(one) === other.id,
    firstContact: true,
  });
}

/** What failed at first, and not later: the rest is no matter of the first contact. */
export function onlyAtFirst(first: Exchanged, later: Exchanged): Exchanged {
  const broken = new Set(later.dialled.filter((dial) => !isSound(dial)).map(pathOf));
  return { ...first, dialled: first.dialled.filter((dial) => isSound(dial) || !broken.has(pathOf(dial))) };
}

/** Whether a node was not found by one to which it had not talked. */
export function isNotMet({ firstContact, record, inconclusive }: Exchanged['dialled'][number]): boolean {
  if (firstContact === undefined || inconclusive !== null) return false;
  return record?.outcome === 'timeout' || record?.outcome === 'unreachable';
}
