import { kindOf } from '../destination.ts';
import type { Dialled } from '../dialled.ts';
import { isTranslated } from '../rounds/merge.ts';

/**
 * Who was translated when dialling others, at least once: nodes, with the kinds of both ends, and the family. A rule may match some flows only, so that what is said of one flow
 * may hold for the next: seen where a node masqueraded one flow of its pods in eight.
 */
export type Translating = Set<string>;

/** Notes whether a dial to a probe of another node, at its own address, was translated. */
export function noteTranslating({ from, to, family, record }: Dialled, translating: Translating): void {
  if (record === null || to.via !== null || from.node === to.node || !isTranslated(record)) return;
  translating.add(nameOf({ node: from.node, from: from.kind, to: kindOf(to), family }));
}

/** Whether what a responder sends anew to this dialler may be translated. */
export function mayBeTranslatedBack(
  { from, to, family }: Pick<Dialled, 'from' | 'to' | 'family'>,
  translating: Translating,
): boolean {
  return (
    to.node !== null &&
    from.node !== to.node &&
    translating.has(nameOf({ node: to.node, from: kindOf(to), to: from.kind, family }))
  );
}

function nameOf({ node, from, to, family }: Record<'node' | 'from' | 'to' | 'family', string>): string {
  return `${node} ${from} to ${to} ${family}`;
}
