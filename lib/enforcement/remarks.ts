import type { Missing } from '../cluster/model.ts';
import { nameOfDial } from '../mesh/dialled.ts';
import { forbids } from './ends.ts';
import { isAnswered } from './in-force.ts';
import { isAtOwnAddress, type Enforcement } from './tried.ts';

/** What the API leaves open: whether blocks of addresses select pods. Nothing where none was tried. */
export function blocksSelect({ tried, control, namespace }: Enforcement): string[] {
  const sound = new Set(control.dialled.filter(isAnswered).map(nameOfDial));
  const open = tried.flatMap(({ step, exchanged }) =>
    exchanged.dialled.filter(
      (dial) => isAtOwnAddress(dial) && forbids(step, dial, namespace) === null && sound.has(nameOfDial(dial)),
    ),
  );
  const answered = open.filter(isAnswered).length;
  if (open.length === 0) return [];
  const counts =
    answered === 0 || answered === open.length ? '' : ` (${answered} of ${open.length} dials were answered)`;
  const which = answered === 0 ? 'no pods' : answered === open.length ? 'pods' : 'some pods';
  return [`blocks of addresses select ${which} here${counts}: the API leaves that to the implementation`];
}

/** Why no pods of another namespace were tried. */
export function notInvited({ guests: { refused } }: Enforcement): string[] {
  return refused === null ? [] : [`pods of another namespace were not tried: ${refused}`];
}

/** Where one is missing. */
export function noGuest({ node, reason }: Missing): string {
  return `no pod of another namespace on ${node}: ${reason}`;
}
