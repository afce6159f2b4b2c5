import { kindOf, placeOf } from '../destination.ts';
import type { PlannedDial } from '../dialled.ts';

type Way = Pick<PlannedDial, 'from' | 'to' | 'protocol' | 'family'>;

/** What dials have in common that take one way: two nodes, pods or nodes or a kind of Service address at either end, protocol, family. */
export function wayOf({ from, to, protocol, family }: Way): string {
  const isSelf = from.uid === to.id;
  return [from.node, placeOf(to), from.kind, kindOf(to), isSelf, protocol, family].join(' ');
}
