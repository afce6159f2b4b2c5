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

/** A path that loses more than this share of its packets may leave three in a row unanswered by itself. */
const lostAtMost = 0.1;

/** What contradicts an expectation, loss aside: of so little a silence is no part. */
export function problemsBesideLoss(dial: Dialled, expectation: Expectation): EdgeProblem[] {
  const { problems } = judgeDial(dial, expectation);
  const isLittle = dial.answered >= (1 - lostAtMost) * dial.attempts;
  return problems.filter((problem) => problem !== 'loss' || !isLittle);
}

function answeredOf({ dialled }: Exchanged): Set<string> {
  const answeredOnes = dialled.filter((dial) => problemsBesideLoss(dial, delivered).length === 0);
  return new Set(answeredOnes.map(nameOfDial));
}
