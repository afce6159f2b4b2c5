import { kindOf, placeOf } from '../destination.ts';
import type { Dialled } from '../dialled.ts';
import { evenly, inTurns, rotated } from '../evenly.ts';

/** Paths that one fault seems to break: more than a coincidence. */
const ofOneEnd = 3;
/** Where no end has enough of them, as where all traffic between nodes is lost. */
const ofOneKind = 4;

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
 * Whether a dial that was not asked again is broken by what breaks these, each of another path, which failed again, beside others that did not: it has an
 * end of which several failed in the same `manner`, and none did not; else its ends are of kinds of which that is true. What has nothing in common with them may only have met the
 * suite's own load: seen where pods of one node of ten were cut off, as two flows between two nodes.
 */
export function likeDead(
  { failing, sound }: { failing: readonly Dialled[]; sound: readonly Dialled[] },
  manner: (dial: Dialled) => string,
): (dial: Dialled) => boolean {
  const endsOf = (dial: Dialled): string[] => [
    `from ${sourceOf(dial)} ${manner(dial)}`,
    `to ${targetOf(dial)} ${manner(dial)}`,
  ];
  const kindsOf = (dial: Dialled): string => `${dial.from.kind} to ${kindOf(dial.to)} ${manner(dial)}`;
  const alive = new Set(sound.flatMap((dial) => [...endsOf(dial), kindsOf(dial)]));
  const shared = new Set<string>();
  let unexplained = failing;
  for (const [least, keysOf] of [
    [ofOneEnd, endsOf],
    [ofOneKind, (dial: Dialled) => [kindsOf(dial)]],
  ] as const)
    for (;;) {
      const largest = largestGroup(unexplained, (dial) => keysOf(dial).filter((key) => !alive.has(key)));
      if (largest === null || largest.size < least) break;
      shared.add(largest.key);
      unexplained = unexplained.filter((dial) => !keysOf(dial).includes(largest.key));
    }
  return (dial) => [...endsOf(dial), kindsOf(dial)].some((key) => shared.has(key));
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
