import type { MeasureRecord } from '../../conversations/closed-loop.ts';
import type { Series } from './measured.ts';

/** A probe's record with its numbers unpacked. Throws an Error with one sentence when their counts do not fit. */
export function decode(record: MeasureRecord, about: Pick<Series, 'where' | 'from' | 'to'>): Series {
  const { cells, blocks: count } = record;
  const width = cells.length;
  const ns = bytes(record.ns);
  const order = bytes(record.order);
  const services = bytes(record.services);
  const startedUs = bytes(record.startedUs);
  const fits =
    ns.length === 4 * count * width &&
    order.length === count * width &&
    services.length === count &&
    startedUs.length === 4 * count;
  if (!fits) throw new Error(`the numbers of a measurement from ${about.from} are not as many as it says`);
  return {
    ...about,
    protocol: record.protocol,
    idleMs: record.idleMs,
    cells,
    blocks: Array.from({ length: count }, (_, block) => ({
      ns: cells.map((__, cell) => {
        const value = ns.readInt32LE(4 * (block * width + cell));
        return value < 0 ? null : value;
      }),
      order: [...order.subarray(block * width, (block + 1) * width)],
      service: services[block]!,
      startedUs: startedUs.readUInt32LE(4 * block),
    })),
    lost: record.lost,
    stopped: record.stopped,
    durationMs: record.durationMs,
    longestStallMs: record.longestStallMs,
  };
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
