import { kindOf, placeOf } from '../destination.ts';
import type { Dialled } from '../dialled.ts';
import { evenly, inTurns, rotated } from '../evenly.ts';

/** Paths that one fault seems to break: more than a coincidence. */
const leastOfOneEnd = 3;
/** Where no end has enough of them, as where all traffic between nodes is lost. */
const leastOfOneKind = 4;

/**
 * So many dials of these paths at most, and of each path at most `perPath`: one of each where there are many, from and to as many different
 * places as possible.
 */
export function sampleOf(
  paths: readonly (readonly Dialled[])[],
  { most, perPath }: { most: number; perPath: number },
): Dialled[] {
  if (paths.length <= most) return inTurns(paths, { most: perPath }).slice(0, most);
  const bySource = [...Map.groupBy(paths, ([dial]) => sourceOf(dial!)).values()];
  const spread = inTurns(bySource.map((some, n) => rotated(some, n)));
  return evenly(spread.slice(0, Math.max(most, bySource.length)), { most }).map(([dial]) => dial!);
}

/**
 * For a dial that was not asked again: how many of those that failed again share an end with it, or else the kinds of both ends, in the same `manner`; 0: too few, or
 * one that shares it was sound. What has nothing in common with them may only have met the suite's own load: seen where the pods of one node of ten were
 * cut off, as two flows between two nodes.
 */
export function likeDead(
  { failing, sound }: { failing: readonly Dialled[]; sound: readonly Dialled[] },
  manner: (dial: Dialled) => string,
): (dial: Dialled) => number {
  const endsOf = (dial: Dialled): string[] => [
    `from ${sourceOf(dial)} ${manner(dial)}`,
    `to ${targetOf(dial)} ${manner(dial)}`,
  ];
  const kindsOf = (dial: Dialled): string[] => [`${dial.from.kind} to ${kindOf(dial.to)} ${manner(dial)}`];
  const alive = new Set(sound.flatMap((dial) => [...endsOf(dial), ...kindsOf(dial)]));
  const shared = new Map<string, number>();
  let unexplained = failing;
  for (const [least, keysOf] of [
    [leastOfOneEnd, endsOf],
    [leastOfOneKind, kindsOf],
  ] as const)
    for (;;) {
      const largest = largestGroup(unexplained, (dial) => keysOf(dial).filter((key) => !alive.has(key)));
      if (largest === null || largest.size < least) break;
      shared.set(largest.key, largest.size);
      unexplained = unexplained.filter((dial) => !keysOf(dial).includes(largest.key));
    }
  return (dial) => Math.max(0, ...[...endsOf(dial), ...kindsOf(dial)].map((key) => shared.get(key) ?? 0));
}

function largestGroup(
  dials: readonly Dialled[],
  keysOf: (dial: Dialled) => string[],
): { key: string; size: number } | null {
  const sizes = new Map<string, number>();
  for (const key of dials.flatMap(keysOf)) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  const [largest] = [...sizes].toSorted(([, one], [, other]) => other - one);
  return largest === undefined ? null : { key: largest[0], size: largest[1] };
}

function sourceOf({ from }: Dialled): string {
  return `${from.node} ${from.kind}`;
}

function targetOf({ to }: Dialled): string {
  return `${placeOf(to)} ${kindOf(to)}`;
}
