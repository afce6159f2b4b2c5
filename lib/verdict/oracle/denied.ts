import { nameOfDial, type Exchanged } from '../../mesh/dialled.ts';
import { delivered, type Denied } from './expectation.ts';
import { judgeDial } from './problems.ts';

/**
 * Denied, by a NetworkPolicy for one. `control`: the same dials while nothing denies them, and `again`: once nothing does any more. One that is
 * not answered there either proves nothing here, and is inconclusive.
 */
export function denied({ control, again }: { control: Exchanged; again?: Exchanged }): Denied {
  const before = answeredOf(control);
  return { outcome: 'denied', control: again === undefined ? before : before.intersection(answeredOf(again)) };
}

function answeredOf({ dialled }: Exchanged): Set<string> {
  const answeredOnes = dialled.filter((dial) => judgeDial(dial, delivered).problems.length === 0);
  return new Set(answeredOnes.map(nameOfDial));
}
