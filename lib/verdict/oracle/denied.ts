import { nameOfDial, type Dialled, type Exchanged } from '../../mesh/dialled.ts';
import type { EdgeProblem } from '../run.ts';
import { delivered, type Denied, type Expectation } from './expectation.ts';
import { judgeDial } from './problems.ts';

/**
 * Denied, by a NetworkPolicy for one. `control`: the same dials while nothing denies them, and `again`: once nothing does any more. One that is
 * not answered there either proves nothing here, and is inconclusive.
 */
export function denied({ control, again }: { control: Exchanged; again?: Exchanged }): Denied {
  const before = answeredOf(control);
  return { outcome: 'denied', control: again === undefined ? before : before.intersection(answeredOf(again)) };
}

/** Three datagrams in a row, as many as a denial is told by, are lost once in a thousand times where this share of all is. */
const lostAtMost = 0.1;

/** Of datagrams: a connection that is not answered within a denial's time may have lost a single SYN. */
export function isLittleLost({ protocol, attempts, answered }: Dialled): boolean {
  return protocol === 'UDP' && answered >= (1 - lostAtMost) * attempts;
}

/** What contradicts an expectation, but for loss so small that it does not explain a silence. */
export function problemsBesideLoss(dial: Dialled, expectation: Expectation): EdgeProblem[] {
  const { problems } = judgeDial(dial, expectation);
  return problems.filter((problem) => problem !== 'loss' || !isLittleLost(dial));
}

function answeredOf({ dialled }: Exchanged): Set<string> {
  const answeredOnes = dialled.filter((dial) => problemsBesideLoss(dial, delivered).length === 0);
  return new Set(answeredOnes.map(nameOfDial));
}
