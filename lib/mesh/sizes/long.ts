/** What lasts: streams and flows after which whoever takes over flows has done so, on so few ways that all of it grows with the nodes, and not with their pairs. */
import type { Probe } from '../../cluster/model.ts';
import type { Dialled, Exchanged, Size } from '../dialled.ts';
import { endsOf, pathOf, ringOf } from '../pairs.ts';
import type { Way } from '../plan.ts';
import { isSound } from '../rounds/merge.ts';
import { longFlowTimes, longStreamTimes } from '../times.ts';
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
  /** What is known of these ways: streams that are whole, and dials that are sound. */
  whole: readonly Dialled[];
  exchange: Exchange;
}

/** Sends them around a ring of the nodes, streams where shorter ones arrive whole and soon. A stream that stalls is asked again; one that goes on for too long is left out. */
export async function sendLong({ probes, whole, exchange }: Tools): Promise<Long> {
  const isInRing = ringOf(probes);
  const known = whole.filter((dial) => isInRing(dial.from, dial.to) && isSound(dial));
  const short = known.filter(({ protocol }) => protocol === 'TCP');
  const soon = short.filter(isSoon);
  const sizes = new Map(soon.map((dial) => [pathOf(dial), longer(dial.size)]));
  const betweenPods = known.filter(({ protocol, from }) => protocol === 'UDP' && from.kind === 'pod');
  const [sent, flows] = await Promise.all([
    exchange({
      ...endsOf(soon),
      protocols: ['TCP'],
      lasting: true,
      sizes: (way) => [sizes.get(pathOf(way)) ?? []].flat(),
      times: longStreamTimes,
    }),
    exchange({ ...endsOf(betweenPods), protocols: ['UDP'], lasting: true, times: longFlowTimes }),
  ]);
  for (const dial of sent.dialled.filter(isLostForSize)) noteThrough(dial);
  const unended = sent.dialled.filter((dial) => dial.unended === true);
  const streams = sent.dialled.filter((dial) => dial.unended !== true);
  return {
    streams: { ...sent, dialled: streams, nothingToDial: streams.length === 0 ? nothing(known) : null },
    flows,
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
