/** Lengths of datagrams that are lost by themselves: in a flow that has all of them, and each time they are asked again. */
import type { Dialled, Lengths, Size } from '../dialled.ts';
import { endsOf, pathOf } from '../pairs.ts';
import { headBytes } from '../rounds/dial-from.ts';
import { isSound } from '../rounds/merge.ts';
import { lengthTimes } from '../times.ts';
import type { Exchange } from './search.ts';

/** So many are asked again on a way: of two directions that lose one in a hundred each, a flow of 1,500 lengths loses 30. */
const askedAtMost = 48;

type Range = Pick<Lengths, 'least' | 'most'>;

/** What a flow on this way has: all from the shortest to the longest of these, where both are known to arrive; null: all of its datagrams are short. */
export function allLengths(known: readonly Dialled[], planned: readonly Size[]): Lengths | null {
  if (known.some((dial) => !isSound(dial))) return null;
  const arrives = new Set(known.map(({ size }) => size?.bytes));
  const sizes = planned.filter(({ fragmented }) => !fragmented).toSorted((one, other) => one.bytes - other.bytes);
  const [least, most] = [sizes[0], sizes.at(-1)];
  if (least === undefined || most === undefined || least.bytes === most.bytes) return null;
  // Of very many ways not all are dialled with large ones.
  if (!arrives.has(least.bytes) || !arrives.has(most.bytes)) return null;
  const { answerBytes } = most;
  return { least: least.bytes, most: most.bytes, ...(answerBytes === undefined ? {} : { answerBytes }) };
}

/** How many datagrams such a flow takes: one for each length, within these bounds. */
export function datagramsFor(all: readonly Lengths[], { least, most }: { least: number; most: number }): number {
  const counts = all.map((one) => one.most - one.least + 1);
  return Math.min(most, Math.max(least, ...counts));
}

/**
 * Asks for what flows of all lengths lost, each length with datagrams of its own, as often as tells it from chance, and calmly; returns those of which
 * still nothing arrives, and those of which that is not known. What some of arrives of is for others to judge.
 */
export async function askLostLengths(flows: readonly Dialled[], exchange: Exchange): Promise<Dialled[]> {
  const lost = flows.filter(lostSome);
  if (lost.length === 0) return [];
  const sizes = new Map(lost.map((flow) => [pathOf(flow), sizesFor(flow)]));
  const { dialled } = await exchange({
    ...endsOf(lost),
    protocols: ['UDP'],
    sizes: (way) => sizes.get(pathOf(way)) ?? [],
    times: lengthTimes,
  });
  return [...Map.groupBy(dialled, pathOf).values()].flatMap(lostAlone);
}

/** Where nothing is answered, or nothing from some datagram on, that is no matter of lengths. */
function lostSome({ record, lengths, inconclusive, cutOffAfter }: Dialled): boolean {
  const isTold = record?.outcome === 'delivered' && (record.lostLengths ?? []).length > 0;
  return isTold && lengths !== undefined && inconclusive === null && cutOffAfter === undefined;
}

/** One that arrived, as a control, and those that were lost: of wide ranges both ends and what is between. */
function sizesFor({ record, lengths }: Dialled): Size[] {
  if (lengths === undefined) return [];
  // From some length on is for others to tell.
  const ranges = (record?.lostLengths ?? []).filter(({ most }) => most < lengths.most);
  const isLost = (bytes: number): boolean => ranges.some(({ least, most }) => bytes >= least && bytes <= most);
  const control = [lengths.most, lengths.least].filter((bytes) => !isLost(bytes)).slice(0, 1);
  const some: Size[] = [];
  for (const { least, most } of ranges) {
    const asked = placesIn({ least, most }).map((bytes) => ({ ...sizeOf(bytes, lengths), alone: { least, most } }));
    if (some.length + asked.length <= askedAtMost) some.push(...asked);
  }
  return [...control.map((bytes) => sizeOf(bytes, lengths)), ...some];
}

/** Beside the ends, as a neighbour may have been lost by chance. */
function placesIn({ least, most }: Range): number[] {
  const all = [least, least + 1, Math.round((least + most) / 2), most - 1, most];
  return [...new Set(all)].filter((bytes) => bytes >= least && bytes <= most).toSorted((one, other) => one - other);
}

function sizeOf(bytes: number, { answerBytes }: Lengths): Size {
  const answer = answerBytes === undefined || answerBytes >= bytes ? {} : { answerBytes };
  return {
    bytes,
    // One that has no room for a head has an ordinary answer.
    ...(bytes < headBytes ? { small: true as const } : answer),
    fragmented: false,
    mtu: null,
    pathMtu: null,
  };
}

/** Of one way. A range of lengths is no wider than in the flow, and ends where one arrives. */
function lostAlone(dialled: readonly Dialled[]): Dialled[] {
  const isSilent = ({ record, inconclusive }: Dialled): boolean =>
    inconclusive === null && record?.outcome === 'timeout';
  const isDead = dialled.some((dial) => dial.size?.alone === undefined && isSilent(dial));
  const asked = dialled.filter(({ size }) => size?.alone !== undefined);
  const inOrder = asked.toSorted((one, other) => (one.size?.bytes ?? 0) - (other.size?.bytes ?? 0));
  let range: Range | null = null;
  let within = 0;
  for (const dial of inOrder) {
    const { size } = dial;
    if (size?.alone === undefined) continue;
    if (size.alone.least !== within || !isSilent(dial)) range = null;
    within = size.alone.least;
    if (!isSilent(dial)) continue;
    // Nothing passes any more.
    if (isDead) size.passes = 0;
    range ??= { least: size.bytes, most: size.bytes };
    range.most = size.bytes;
    size.alone = range;
  }
  return asked.filter((dial) => isSilent(dial) || dial.inconclusive !== null);
}
