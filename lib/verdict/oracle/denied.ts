import { nameOfDial, type Exchanged } from '../../mesh/dialled.ts';
import { delivered, type Denied } from './expectation.ts';
import { judgeDial } from './problems.ts';

/**
 * Denied, by a NetworkPolicy for one. `control`: the same dials while nothing denies them. One that is not answered there either
 * proves nothing here, and is inconclusive.
 */
export function denied({ control }: { control: Exchanged }): Denied {
  const answeredOnes = control.dialled.filter((dial) => judgeDial(dial, delivered).problems.length === 0);
  return { outcome: 'denied', control: new Set(answeredOnes.map(nameOfDial)) };
}
