/** What lasts: streams and flows after which whoever takes over flows has done so, on so few ways that all of it grows with the nodes, and not with their pairs. */
import type { Probe } from '../../cluster/model.ts';
import type { Dialled, Exchanged, Size } from '../dialled.ts';
import { endsOf, pathOf, ringOf } from '../pairs.ts';
import type { Way } from '../plan.ts';
import { isSound } from '../rounds/merge.ts';
import { datagramsOfLengths, longFlowTimes, longStreamTimes, wholeTimes } from '../times.ts';
import { allLengths, askLostLengths, datagramsFor } from './lengths.ts';
import { isLostForSize, type Exchange } from './search.ts';

/** In each direction. */
const longBytes = 4 * 1_024 * 1_024;
/** Where a stream of a sixteenth of it took longer, this one may take half a minute. */
const slowMs = 2_000;

export interface Long {
  streams: Exchanged;
  flows: Exchanged;
  /** Ways that are too slow for such streams, which are not judged there. */
  tooSlow: Way[];
}

interface Tools {
  probes: readonly Probe[];
  /** Dials of a few bytes. */
  small: readonly Dialled[];
  /** What is known of these ways: streams and datagrams of the largest and the least sizes, of very many ways of an even share. */
  known: readonly Dialled[];
  /** Of streams, and of the longest and shorter datagrams. */
  sizes: (way: Way) => Size[];
  least: (way: Way) => Size;
  exchange: Exchange;
}

/** Sends them around a ring of the nodes, streams where shorter ones arrive whole and soon; flows have datagrams of all lengths, where the longest and the least arrive. A stream that stalls is asked again; one that goes on for too long is left out. */
export async function sendLong({ probes, small, known: all, sizes: sizesOf, least, exchange }: Tools): Promise<Long> {
  const isInRing = ringOf(probes);
  const ofRing = (dials: readonly Dialled[], over: Dialled['protocol']): Dialled[] =>
    dials.filter(({ from, to, protocol }) => protocol === over && isInRing(from, to));
  const known = ofRing(all, 'TCP');
  // Of very many ways the ring's may be among those that were left out.
  const sent256 = new Set(known.map(pathOf));
  const lacking = ofRing(small, 'TCP').filter((dial) => isSound(dial) && !sent256.has(pathOf(dial)));
  const more =
    lacking.length === 0
      ? []
      : (await exchange({ ...endsOf(lacking), protocols: ['TCP'], sizes: sizesOf, times: wholeTimes })).dialled;
  const short = [...known, ...more].filter((dial) => isSound(dial));
  const soon = short.filter(isSoon);
  const sizes = new Map(soon.map((dial) => [pathOf(dial), longer(dial.size)]));
  const betweenPods = ofRing(small, 'UDP').filter((dial) => dial.from.kind === 'pod' && isSound(dial));
  // One after the other: a flow is judged by what it loses, and beside streams it may lose some.
  const knownOf = Map.groupBy(ofRing(all, 'UDP'), pathOf);
  const lengths = new Map(
    betweenPods.map((way) => [pathOf(way), allLengths(knownOf.get(pathOf(way)) ?? [], [least(way), ...sizesOf(way)])]),
  );
  const ofAll = [...lengths.values()].filter((one) => one !== null);
  const flows = await exchange({
    ...endsOf(betweenPods),
    protocols: ['UDP'],
    lasting: true,
    lengths: (way) => lengths.get(pathOf(way)) ?? null,
    times: { ...longFlowTimes, datagrams: datagramsFor(ofAll, datagramsOfLengths) },
  });
  const lost = await askLostLengths(flows.dialled, exchange);
  const sent = await exchange({
    ...endsOf(soon),
    protocols: ['TCP'],
    lasting: true,
    sizes: (way) => [sizes.get(pathOf(way)) ?? []].flat(),
    times: longStreamTimes,
  });
  for (const dial of sent.dialled.filter(isLostForSize)) noteThrough(dial);
  const unended = sent.dialled.filter((dial) => dial.unended === true);
  const streams = [...more, ...sent.dialled.filter((dial) => dial.unended !== true)];
  return {
    streams: { ...sent, dialled: streams, nothingToDial: streams.length === 0 ? nothing(short) : null },
    flows: { ...flows, dialled: [...flows.dialled, ...lost] },
    tooSlow: [...short.filter((dial) => !isSoon(dial)), ...unended],
  };
}

function nothing(known: readonly Dialled[]): string {
  return known.length === 0 ? 'no way on which shorter ones are sound' : 'all ways are too slow for them';
}

function isSoon({ record }: Dialled): boolean {
  return (record?.firstAnswerMs ?? Infinity) <= slowMs;
}

function longer(size: Size | undefined): Size {
  return { fragmented: false, mtu: null, pathMtu: null, ...size, bytes: longBytes };
}

/** How far it came needs no search: the kernel counts what is acknowledged, and the answer begins when all of it was. */
function noteThrough({ size, record }: Dialled): void {
  const streamed = record?.streamed;
  if (size === undefined || streamed === undefined) return;
  size.passes = Math.min(streamed.received > 0 ? streamed.received : streamed.sent, size.bytes - 1);
}
