import type { Dialled, Exchanged, Size } from '../dialled.ts';
import { endsOf } from '../pairs.ts';
import type { ExchangePlan, Way } from '../plan.ts';
import { isSound } from '../rounds/merge.ts';
import { wayOf } from '../rounds/way.ts';
import { searchTimes } from '../times.ts';

/** Dials what is planned, over the families of the run. */
export type Exchange = (plan: Omit<ExchangePlan, 'families'>) => Promise<Exchanged>;

/** The most paths to search, one direction each. */
export const pathsAtMost = 8;
/** How many sizes to try at once between the largest that passes and the smallest that does not, and how many times: exact to the byte below 28,000 bytes. */
export const rungs = 12;
const roundsAtMost = 4;
/** The size of ordinary dials. */
export const few = 192;

interface Search {
  dials: Dialled[];
  way: Dialled;
  passes: number;
  fails: number;
}

/** Whether it failed because of its size: on a path where small ones are answered, and not for want of a connection. */
export function isLostForSize({ size, protocol, record, inconclusive, lostLeg }: Dialled): boolean {
  if (size === undefined || size.passes === 0 || record === null || inconclusive !== null) return false;
  // Answers to small ones are as any.
  if (size.small === true && lostLeg === 'reply') return false;
  const isSilent = record.outcome === 'timeout' || record.error === 'EMSGSIZE';
  return isSilent && record.outcome !== 'delivered' && (protocol === 'UDP' || record.connectMs !== null);
}

/**
 * Searches for the largest size that arrives where larger ones were lost, and records it with them. Each size is dialled like any dial:
 * retried calmly where it fails. Streams are searched only where no datagram was lost for its size.
 */
export async function searchLargest(dialled: readonly Dialled[], exchange: Exchange): Promise<void> {
  await markDead(
    dialled.filter((dial) => isLostForSize(dial) && dial.size?.passes === undefined),
    exchange,
  );
  let searches = searchesFor(dialled);
  for (let round = 0; round < roundsAtMost && searches.length > 0; round += 1) {
    const tried = await climb(searches, exchange);
    for (const search of searches) narrow(search, tried.filter(isOnWayOf(search)));
    for (const { dials, passes } of searches)
      for (const { size } of dials) if (size !== undefined) size.passes = passes;
    searches = searches.filter(({ passes, fails }) => fails - passes > 1);
  }
}

function searchesFor(dialled: readonly Dialled[]): Search[] {
  // Paths searched before are known.
  const lost = dialled.filter((dial) => isLostForSize(dial) && dial.size?.passes === undefined);
  const datagrams = lost.filter(({ protocol }) => protocol === 'UDP');
  const paths = [...Map.groupBy(datagrams.length > 0 ? datagrams : lost, wayOf).values()].slice(0, pathsAtMost);
  return paths.flatMap((dials) => {
    const [way] = dials.toSorted((one, other) => bytesOf(one) - bytesOf(other));
    if (way === undefined) return [];
    const arrived = dialled.filter((dial) => isOnWayOf({ way })(dial) && isSound(dial)).map(bytesOf);
    const fails = bytesOf(way);
    return [{ dials, way, fails, passes: Math.max(few, ...arrived.filter((bytes) => bytes < fails)) }];
  });
}

/** Where nothing at all passes any more (a table is full by now), it is not for its size: nothing passes. */
export async function markDead(lost: readonly Dialled[], exchange: Exchange): Promise<void> {
  const [first] = lost;
  if (first?.size === undefined) return;
  const small = { ...resized(first.size, few), fragmented: false };
  const ways = new Set(lost.map(wayOf));
  const { dialled } = await exchange({
    ...endsOf(lost),
    ways: (way) => ways.has(wayOf(way)),
    sizes: () => [small],
    times: searchTimes,
  });
  const dead = new Set(dialled.filter(({ record }) => record !== null && record.outcome !== 'delivered').map(wayOf));
  for (const dial of lost) if (dial.size !== undefined && dead.has(wayOf(dial))) dial.size.passes = 0;
}

async function climb(searches: Search[], exchange: Exchange): Promise<Dialled[]> {
  const sizes = (way: Way): Size[] =>
    searches.filter((search) => isOnWayOf(search)(way)).flatMap((search) => ladder(search));
  const { dialled } = await exchange({
    ...endsOf(searches.map(({ way }) => way)),
    sizes,
    times: searchTimes,
  });
  return dialled;
}

/** Even steps between what passes and what does not. */
function ladder({ way, passes, fails }: Search): Size[] {
  const { size } = way;
  if (size === undefined) return [];
  const step = (fails - passes) / (rungs + 1);
  const all = Array.from({ length: rungs }, (_, n) => Math.round(passes + (n + 1) * step));
  return [...new Set(all)].filter((bytes) => bytes > passes && bytes < fails).map((bytes) => resized(size, bytes));
}

/** Of another size, not searched yet. */
function resized({ passes: _known, answerBytes, ...rest }: Size, bytes: number): Size {
  return { ...rest, bytes, ...(answerBytes === undefined || answerBytes >= bytes ? {} : { answerBytes }) };
}

/** The smallest lost size decides: larger ones may have passed by chance. */
function narrow(search: Search, tried: Dialled[]): void {
  const lost = tried.filter((dial) => isLostForSize(dial)).map(bytesOf);
  search.fails = Math.min(search.fails, ...lost);
  const arrived = tried.filter(isSound).map(bytesOf);
  search.passes = Math.max(search.passes, ...arrived.filter((bytes) => bytes < search.fails));
}

function bytesOf({ size }: Pick<Dialled, 'size'>): number {
  return size?.bytes ?? 0;
}

function isOnWayOf({ way }: Pick<Search, 'way'>): (other: Way) => boolean {
  return ({ from, to, protocol, family }) =>
    from === way.from && to.id === way.to.id && protocol === way.protocol && family === way.family;
}
