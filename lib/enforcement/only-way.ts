import type { Dialled } from '../mesh/dialled.ts';

/** From the pods of one node to those of another, or of the same one. */
export interface OnlyWay {
  from: string;
  to: string;
}

/**
 * The way on which all that a policy forbids and that got `through` went, where nothing was denied on it, and what is enforced at either end holds on others;
 * null: it is not so. `asked`: all that is forbidden, and was denied or got through.
 */
export function onlyWayOf(through: readonly Dialled[], asked: readonly Dialled[]): OnlyWay | null {
  const [way, ...others] = new Map(through.map((dial) => [keyOf(dial), wayOf(dial)])).values();
  if (way === undefined || others.length > 0) return null;
  const got = new Set(through);
  const denied = asked.filter((dial) => !got.has(dial)).map(wayOf);
  const isDenied = (is: (one: OnlyWay) => boolean): boolean => denied.some(is);
  const isOnly =
    !isDenied(({ from, to }) => from === way.from && to === way.to) &&
    isDenied(({ to }) => to === way.to) &&
    isDenied(({ from }) => from === way.from);
  return isOnly ? way : null;
}

function wayOf({ from, to }: Dialled): OnlyWay {
  return { from: from.node, to: to.node ?? '' };
}

function keyOf(dial: Dialled): string {
  const { from, to } = wayOf(dial);
  return `${from} ${to}`;
}
