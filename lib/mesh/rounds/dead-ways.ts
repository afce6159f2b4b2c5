import type { Dialled } from '../dialled.ts';
import { standing } from './merge.ts';
import { wayOf } from './way.ts';
import { isSilence } from './silent-ways.ts';

/** Ways on which an exchange of this run got no answer at all, and how many of their dials were asked again in vain. */
export type DeadWays = Map<string, number>;

/** What failed on a way that is known to be dead stands with those that were asked there, whatever its port: it is neither waited for nor asked again. */
export function standWithDead(first: Dialled[], dead: DeadWays): Dialled[] {
  const alive = answeredWays(first);
  return first.map((dial) => {
    const way = wayOf(dial);
    const asked = alive.has(way) ? undefined : dead.get(way);
    return asked !== undefined && isDead(dial) ? standing(dial, asked) : dial;
  });
}

/** Notes which ways are dead, and which are so no more. One dial alone says nothing of its way; of flows that are held there are two for one. */
export function noteDeadWays(dialled: Dialled[], dead: DeadWays): void {
  // What is lost for its size says nothing of small ones.
  const small = dialled.filter(({ size }) => size === undefined);
  for (const [way, dials] of Map.groupBy(small, wayOf)) {
    const asked = dials.filter(({ rounds }) => rounds.length > 1).length;
    if (dials.some(isAnswered)) dead.delete(way);
    else if (dials.filter(({ first }) => first === undefined).length > 1 && asked > 0 && dials.every(isDead))
      dead.set(way, asked);
  }
}

/** Ways on which some of these were answered. */
export function answeredWays(dialled: readonly Dialled[]): ReadonlySet<string> {
  return new Set(dialled.filter(isAnswered).map(wayOf));
}

function isAnswered({ record, answered }: Dialled): boolean {
  return answered > 0 || (record !== null && !isSilence(record));
}

/** Whether nothing came of it, though it was small. */
export function isDead({ record, answered, inconclusive, size }: Dialled): boolean {
  return size === undefined && record !== null && isSilence(record) && answered === 0 && inconclusive === null;
}
