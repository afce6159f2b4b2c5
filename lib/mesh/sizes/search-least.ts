import type { Dialled, Size } from '../dialled.ts';
import { endsOf, pathOf } from '../pairs.ts';
import { isSound } from '../rounds/merge.ts';
import { wayOf } from '../rounds/way.ts';
import { searchTimes } from '../times.ts';
import { few, isLostForSize, markDead, pathsAtMost, rungs, type Exchange } from './search.ts';

/** Exact to the byte: there are fewer than 200 sizes. */
const roundsAtMost = 3;

interface Search {
  dials: Dialled[];
  path: string;
  size: Size;
  fails: number;
  passes: number;
}

/** Searches for the smallest size that arrives where small ones were lost, and records it with them. Where ordinary ones are lost, too, by now, it is not for their size. */
export async function searchLeast(dialled: readonly Dialled[], exchange: Exchange): Promise<void> {
  await markDead(dialled.filter(isLostForSize), exchange);
  const ways = [...Map.groupBy(dialled.filter(isLostForSize), wayOf).values()].slice(0, pathsAtMost);
  const searches = ways.flatMap((dials): Search[] => {
    const [first] = dials;
    if (first?.size === undefined) return [];
    return [{ dials, path: pathOf(first), size: first.size, fails: first.size.bytes, passes: few }];
  });
  for (let round = 0; round < roundsAtMost; round += 1) {
    const open = searches.filter(({ fails, passes }) => passes - fails > 1);
    if (open.length === 0) break;
    const byPath = new Map(open.map((search) => [search.path, search]));
    const { dialled: tried } = await exchange({
      ...endsOf(open.flatMap(({ dials: [first] }) => first ?? [])),
      protocols: ['UDP'],
      sizes: (way) => ladder(byPath.get(pathOf(way))),
      times: searchTimes,
    });
    for (const search of open)
      narrow(
        search,
        tried.filter((dial) => pathOf(dial) === search.path),
      );
  }
  for (const { dials, passes } of searches) for (const { size } of dials) if (size !== undefined) size.passes = passes;
}

/** Even steps from what is lost to what passes, that included. */
function ladder(search: Search | undefined): Size[] {
  if (search === undefined) return [];
  const { size, fails, passes } = search;
  const step = (passes - fails) / (rungs + 1);
  const all = Array.from({ length: rungs + 1 }, (_, n) => Math.round(fails + (n + 1) * step));
  return [...new Set(all)].filter((bytes) => bytes > fails).map((bytes) => ({ ...size, bytes }));
}

/** The largest lost size decides: smaller ones may have passed by chance. */
function narrow(search: Search, tried: readonly Dialled[]): void {
  const bytes = (some: readonly Dialled[]): number[] => some.map(({ size }) => size?.bytes ?? 0);
  search.fails = Math.max(search.fails, ...bytes(tried.filter((dial) => isLostForSize(dial))));
  const arrived = bytes(tried.filter(isSound)).filter((one) => one > search.fails);
  if (arrived.length > 0) search.passes = Math.min(...arrived);
  else if (search.fails >= few) search.passes = 0;
}
