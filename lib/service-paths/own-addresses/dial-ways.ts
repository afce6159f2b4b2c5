/** The ways of dials that failed are dialled at the probes' own addresses: one recheck of a run after the other, few dials each, and no way twice. */
import type { Probe } from '../../cluster/model.ts';
import type { Destination } from '../../mesh/destination.ts';
import type { Dialled, Size } from '../../mesh/dialled.ts';
import { evenly } from '../../mesh/evenly.ts';
import { endsOf, pairOf, pathOf, type Ends } from '../../mesh/pairs.ts';
import type { Way } from '../../mesh/plan.ts';
import { isOfOneKind } from '../../mesh/sizes/planned.ts';
import { partlyTimes, wholeTimes } from '../../mesh/times.ts';
import type { Session } from '../../verdict/session.ts';
import type { WorkKey } from '../../verdict/shared-work.ts';
import { isFailing, waysThrough } from './ways.ts';

export interface DialledWays {
  dialled: Dialled[];
  /** The failing dials whose ways these are; those of others were too many. */
  covered: ReadonlySet<Dialled>;
}

/** Ordered pairs of probes in one recheck, each over the protocols and families that failed, and as large as what failed. */
const waysAtMost = 300;

/** What the rechecks of a run share. */
interface Rechecks {
  /** By path, the last one, and when it was done. */
  made: Map<string, Made>;
  /** Ends with the last recheck that was asked for. */
  last: Promise<unknown>;
}

interface Made {
  dial: Dialled;
  atMs: number;
  /** Of many flows. */
  isWide: boolean;
}

const rechecks: WorkKey<Rechecks> = { name: 'rechecks' };

type Needed = Pick<Session, 'pods' | 'nodes' | 'exchange' | 'once'>;

/** Dials nothing where nothing failed. `there`: where the dials should have arrived; left out: where they were dialled. */
export async function dialWays(
  failing: readonly Dialled[],
  session: Needed,
  there?: Destination,
): Promise<DialledWays> {
  // What fails in part does not fail for its size: it is dialled with few bytes, and of many flows.
  const { large = [], few = [] } = Object.groupBy(failing, ({ size, lossy }) =>
    size === undefined || lossy ? 'few' : 'large',
  );
  const made = [await dialSome(few, session, { there }), await dialSome(large, session, { there, isLarge: true })];
  return {
    dialled: made.flatMap(({ dialled }) => dialled),
    covered: made.map(({ covered }) => covered).reduce((one, other) => one.union(other)),
  };
}

async function dialSome(
  failing: readonly Dialled[],
  session: Needed,
  { there, isLarge = false }: { there: Destination | undefined; isLarge?: boolean },
): Promise<DialledWays> {
  if (failing.length === 0) return { dialled: [], covered: new Set() };
  const sinceMs = performance.now();
  const shared = await session.once(rechecks, async () => ({ made: new Map(), last: Promise.resolve() }));
  const few = fewOf(failing, { waysOf: waysThrough(session), ...(there === undefined ? {} : { there }) });
  const protocols = [...new Set(failing.map(({ protocol }) => protocol))];
  const families = [...new Set(failing.map(({ family }) => family))];
  const sizes = isLarge ? sizesOf(few) : null;
  const pathsOf = (way: Ends): string[] =>
    protocols.flatMap((protocol) =>
      families.flatMap((family) => {
        const path = pathOf({ ...way, protocol, family });
        return sizes === null ? [path] : [...(sizes.get(path)?.keys() ?? [])].map((bytes) => `${path} ${bytes}`);
      }),
    );
  const isWide = failing.some(({ lossy }) => lossy);
  const ways = distinct(few.flatMap((pair) => pair.ways));
  // They alone decide whether a MUST clause fails: what is made side by side is not calm.
  await inTurn(shared, async () => {
    const open = ways.filter(
      (way) => !pathsOf(way).every((path) => isKnown(shared.made.get(path), { sinceMs, isWide })),
    );
    if (open.length === 0) return;
    const times = isWide ? { times: partlyTimes } : {};
    const manner = sizes === null ? times : { sizes: asLarge(sizes), times: wholeTimes };
    const { dialled } = await session.exchange({ ...endsOf(open), protocols, families, recheck: true, ...manner });
    for (const dial of dialled) {
      const path = dial.size === undefined ? pathOf(dial) : `${pathOf(dial)} ${dial.size.bytes}`;
      shared.made.set(path, { dial, atMs: performance.now(), isWide });
    }
  });
  return {
    dialled: ways.flatMap(pathsOf).flatMap((path) => shared.made.get(path)?.dial ?? []),
    covered: new Set(few.flatMap(({ dials }) => dials)),
  };
}

/** By path and bytes, what is dialled there: as much as was lost. */
type Sizes = ReadonlyMap<string, ReadonlyMap<number, Size>>;

function sizesOf(few: readonly Pair[]): Sizes {
  const found = new Map<string, Map<number, Size>>();
  for (const { dials, ways } of few)
    for (const { protocol, family, size } of dials) {
      if (size === undefined) continue;
      const { passes: _ofThat, ...same } = size;
      // Between a pod and a node nobody promises streams by themselves (see `wholeSizes`).
      const promised = protocol === 'UDP' ? ways : ways.filter(isOfOneKind);
      for (const way of promised) {
        const path = pathOf({ ...way, protocol, family });
        found.set(path, (found.get(path) ?? new Map<number, Size>()).set(size.bytes, same));
      }
    }
  return found;
}

function asLarge(sizes: Sizes): (way: Way) => Size[] {
  return (way) => [...(sizes.get(pathOf(way))?.values() ?? [])].map((size) => ({ ...size }));
}

/** What was found while this recheck waited for its turn is new enough; and a way that has died once excuses whatever fails on it. */
function isKnown(made: Made | undefined, { sinceMs, isWide }: { sinceMs: number; isWide: boolean }): boolean {
  if (made === undefined || made.dial.inconclusive !== null) return false;
  return (made.atMs >= sinceMs && (made.isWide || !isWide)) || isFailing(made.dial);
}

async function inTurn(shared: Rechecks, work: () => Promise<void>): Promise<void> {
  const mine = shared.last.then(work);
  shared.last = mine.catch(() => undefined);
  return mine;
}

interface Pair {
  dials: Dialled[];
  ways: Ends[];
}

/** So many of the pairs that failed, evenly spread, that their ways are few enough. */
function fewOf(
  failing: readonly Dialled[],
  { waysOf, there }: { waysOf: (from: Probe, to: Destination) => Ends[]; there?: Destination },
): Pair[] {
  const pairs = evenly([...Map.groupBy(failing, pairOf).values()], { most: waysAtMost });
  let few = pairs.map((dials) => ({ dials, ways: waysOf(dials[0]!.from, there ?? dials[0]!.to) }));
  while (few.length > 1 && distinct(few.flatMap(({ ways }) => ways)).length > waysAtMost)
    few = evenly(few, { most: Math.ceil(few.length / 2) });
  return few;
}

function distinct(ways: readonly Ends[]): Ends[] {
  return [...new Map(ways.map((way) => [pairOf(way), way])).values()];
}
