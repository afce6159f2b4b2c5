import { nameOfDial, type Dialled, type Exchanged } from '../../mesh/dialled.ts';
import { isLittleLost } from '../../mesh/loss.ts';
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

/** What contradicts an expectation, but for loss so small that it does not explain a silence. */
export function problemsBesideLoss(dial: Dialled, expectation: Expectation): EdgeProblem[] {
  const { problems } = judgeDial(dial, expectation);
  return problems.filter((problem) => problem !== 'loss' || !isLittleLost(dial));
}

function answeredOf({ dialled }: Exchanged): Set<string> {
  const answeredOnes = dialled.filter((dial) => problemsBesideLoss(dial, delivered).length === 0);
  return new Set(answeredOnes.map(nameOfDial));
}
