import type { Probe } from '../../cluster/model.ts';
import { calm, dialFrom } from './dial-from.ts';
import { kindOf, nodesAt, placeOf } from '../destination.ts';
import type { Dialled } from '../dialled.ts';
import { isSound, standing, withCalmRound } from './merge.ts';
import { runFew } from './run-few.ts';
import type { ExchangeTimes } from '../times.ts';

export interface CalmOptions {
  times: ExchangeTimes;
  newNonce: () => string;
}

/**
 * Asks doubtful dials again, a few at a time, and puts what was found in their place. Its size is fixed beforehand: each is asked
 * once, and of a path that is dead some stand for all. What it finds decides.
 */
export async function calmRound(doubtful: Dialled[], options: CalmOptions): Promise<Map<Dialled, Dialled>> {
  const { perPath, standAfter, atMost } = options.times.calm;
  const found = new Map<Dialled, Dialled>();
  const paths = [...Map.groupBy(doubtful, pathOf).values()];
  const first = inTurns(paths, perPath).slice(0, standAfter);
  await askAll(first, found, options);
  const isDead = first.length >= standAfter && first.every((dial) => failedAgain(found.get(dial)));
  const open: Dialled[] = [];
  for (const path of paths) {
    const asked = path.filter((dial) => found.has(dial));
    const left = path.filter((dial) => !found.has(dial));
    const stands = isDead || (asked.length >= perPath && asked.every((dial) => failedAgain(found.get(dial))));
    if (!stands) open.push(...left);
    else
      for (const dial of left)
        found.set(dial, dial.spoilt ? dial : standing(dial, isDead ? first.length : asked.length));
  }
  await askAll(open.slice(0, atMost), found, options);
  for (const dial of open.slice(atMost))
    found.set(dial, { ...dial, inconclusive: `it failed among many, of which only ${atMost} were asked again` });
  return found;
}

/** Asks these, and notes what was found. */
async function askAll(dials: Dialled[], found: Map<Dialled, Dialled>, options: CalmOptions): Promise<void> {
  const { times } = options;
  const { inAll, perNode } = times.calm;
  await runFew(dials, {
    work: async (dial) => {
      const again = await askOne(dial, options);
      found.set(dial, withCalmRound(dial, again));
    },
    // While it waits for answers it sends next to nothing.
    holdMs: (dial) => sendsForMs(dial, times),
    keys: (dial) => [
      { key: 'all', weight: weightOf(dial), most: inAll },
      ...[...new Set([dial.from.node, ...nodesAt(dial.to)])].map((node) => ({
        key: `node ${node}`,
        weight: weightOf(dial),
        most: perNode,
      })),
    ],
  });
}

/** What gets no answers makes half of the packets. */
function weightOf({ answered }: Dialled): number {
  return answered === 0 ? 1 : 2;
}

/** One dial, calmly; what a broken stream left without an answer once more, when the stream is back. */
async function askOne(dial: Dialled, { times, newNonce }: CalmOptions): Promise<Dialled> {
  const ask = async (from: Probe) => {
    const planned = { ...dial, nonce: `${newNonce()}-again` };
    return dialFrom(from, [{ dial: planned, manner: calm(dial, times) }], { times });
  };
  const { dialled, lost } = await ask(dial.from);
  const again = lost ? (await ask(dial.from)).dialled : dialled;
  return again[0]!;
}

function sendsForMs({ protocol }: Dialled, { calm: times }: ExchangeTimes): number {
  return protocol === 'TCP'
    ? times.connections * times.connectionIntervalMs
    : times.datagrams * times.datagramIntervalMs;
}

function failedAgain(dial: Dialled | undefined): boolean {
  return dial !== undefined && dial.inconclusive === null && !isSound(dial);
}

/** Dials that one fault would break together: two nodes, pods or nodes or a kind of Service address at either end, protocol, family, and how they failed. */
export function pathOf({ from, to, protocol, family, record }: Dialled): string {
  const isSelf = from.uid === to.id;
  return [from.node, placeOf(to), from.kind, kindOf(to), isSelf, protocol, family, record?.outcome].join(' ');
}

/** The first of each path, then the second of each. */
function inTurns<T>(paths: T[][], most: number): T[] {
  return Array.from({ length: most }, (_, n) => paths.flatMap((path) => path.slice(n, n + 1))).flat();
}
