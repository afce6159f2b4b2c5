/** Blocks, one after the other, until there are enough. */
import { base64 } from '../measuring/packed.ts';
import { watchStalls } from '../io/loop-clock.ts';
import { sampleBlock, type BlockOptions } from './block.ts';
import { lost } from './flow.ts';
import { halfWidth, middle } from './narrow.ts';
import { NoPortLeft } from './ports.ts';
import { throttledMs } from '../self/throttle.ts';
import type { MeasuredCell, MeasureRecord, MeasureRequest } from '../../conversations/closed-loop.ts';

/** A path that no longer answers is not worth a second per sample. */
const lossyBlocksInARow = 10;
const looksEvery = 50;
const looksFrom = 200;

type Regime = MeasureRequest['regimes'][number];

export interface RegimeOptions extends Omit<BlockOptions, 'service' | 'idleMs'> {
  request: MeasureRequest;
  wanted: () => boolean;
  portsUsed: () => number;
}

/** Samples one regime. Rejects only when sockets can't be made for a reason other than a lack of source ports. */
export async function sampleRegime(regime: Regime, options: RegimeOptions): Promise<MeasureRecord> {
  const { request, cells, wanted, portsUsed } = options;
  const started = performance.now();
  const passed = (): number => performance.now() - started;
  const before = { throttled: throttledMs(), ports: portsUsed() };
  const stalls = watchStalls();
  const rows: { ns: number[]; order: number[]; service: number; startedUs: number }[] = [];
  let lossy = 0;

  const enough = (): MeasureRecord['stopped'] | null => {
    if (rows.length >= regime.blocks) return 'blocks';
    if (passed() >= regime.budgetMs) return 'time';
    if (lossy >= lossyBlocksInARow) return 'lost';
    if (!wanted()) return 'unwanted';
    const looks = rows.length >= looksFrom && rows.length % looksEvery === 0;
    return looks && isNarrow(rows, cells, request.narrowEnough) ? 'narrow' : null;
  };

  let stopped = enough();
  while (stopped === null) {
    const service = rows.length % request.services.length;
    const startedUs = Math.round(passed() * 1000);
    try {
      const { ns, order } = await sampleBlock({ ...options, idleMs: regime.idleMs, service });
      rows.push({ ns, order, service, startedUs });
      lossy = ns.includes(lost) ? lossy + 1 : 0;
    } catch (error) {
      if (!(error instanceof NoPortLeft)) throw error;
      stopped = 'ports';
    }
    stopped ??= enough();
  }
  const { longestMs: longestStallMs } = stalls.take();
  stalls.stop();
  const throttled = throttledMs();
  return {
    kind: 'measure',
    protocol: request.protocol,
    idleMs: regime.idleMs,
    cells,
    blocks: rows.length,
    ns: base64(Int32Array.from(rows.flatMap(({ ns }) => ns))),
    order: base64(Uint8Array.from(rows.flatMap(({ order }) => order))),
    services: base64(Uint8Array.from(rows.map(({ service }) => service))),
    startedUs: base64(Uint32Array.from(rows.map(({ startedUs }) => startedUs))),
    lost: cells.map((_, at) => rows.filter(({ ns }) => ns[at] === lost).length),
    stopped,
    durationMs: Math.round(passed()),
    longestStallMs,
    throttledMs: before.throttled === null || throttled === null ? null : throttled - before.throttled,
    sourcePortsUsed: portsUsed() - before.ports,
  };
}

function isNarrow(
  rows: readonly { ns: number[] }[],
  cells: MeasuredCell[],
  limit: MeasureRequest['narrowEnough'],
): boolean {
  if (limit === null) return false;
  const whole = rows.filter(({ ns }) => !ns.includes(lost));
  return [...new Set(cells.map(({ path }) => path))].every((path) => {
    const fresh = cells.findIndex((cell) => cell.path === path && cell.flow === 'new');
    const standing = cells.findIndex((cell) => cell.path === path && cell.flow === 'established');
    const differences = whole.map(({ ns }) => ns[fresh]! - ns[standing]!);
    const typical = middle(whole.map(({ ns }) => ns[fresh]!));
    return halfWidth(differences) <= Math.max(limit.ns, limit.ofMedian * typical);
  });
}
