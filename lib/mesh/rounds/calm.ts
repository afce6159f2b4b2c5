import { calm, dialAnew, few } from './dial-from.ts';
import type { Dialled } from '../dialled.ts';
import { evenly, inTurns } from '../evenly.ts';
import { likeDead, sampleOf } from './dead-ends.ts';
import { isDead } from './dead-ways.ts';
import { isSound, standing, withCalmRound } from './merge.ts';
import { askBesideOnePort, isLeftOver } from './one-port.ts';
import { limitsOf, runFew } from './run-few.ts';
import type { ExchangeTimes, FewTimes } from '../times.ts';
import { wayOf } from './way.ts';

/** Samples of which nothing is learnt for others, though most of them fail. */
const inVainAtMost = 3;
/** Another wave is asked only if no larger share of the last one failed again. */
const mayFailAgain = 1 / 8;

export interface CalmOptions {
  times: ExchangeTimes;
  newNonce: () => string;
  /** Dials that were noted as a single flow's before: see `one-port.ts`; left out: none is to be noted. */
  singlesBefore?: number;
  /** Ways on which other dials were answered: what got nothing there is no matter of its way alone. Left out: none. */
  alive?: ReadonlySet<string>;
}

/**
 * Retries doubtful dials, a few at a time, and replaces them with the result, which decides. Its size is fixed beforehand: each is retried
 * once; on a path that is dead, or dead half of the time, some stand for all, and where many are dead, a sample stands for those like it.
 */
export async function calmRound(doubtful: Dialled[], options: CalmOptions): Promise<Map<Dialled, Dialled>> {
  const { perPath, sampleOfPath, wave, wavesMs, atMost } = options.times.calm;
  const found = new Map<Dialled, Dialled>();
  const paths = [...Map.groupBy(doubtful, (dial) => `${pathOf(dial)} ${portOf(dial, options)}`).values()];
  const startedAt = performance.now();
  const dead = await findDead(paths, found, options);
  const shareOf = (path: Dialled[]): { asked: number; failed: number } => {
    const again = path.filter((dial) => found.has(dial));
    return { asked: again.length, failed: again.filter((dial) => failedAgain(dial, found, options)).length };
  };
  const areAllFailing = (some: Dialled[]): boolean => {
    const { asked, failed } = shareOf(some);
    return asked >= perPath && failed === asked;
  };
  const byWay = Map.groupBy(doubtful, pathOf);
  // Flows that are spared now and then are so at any port.
  const isDeadAtTimes = (path: Dialled[]): boolean => {
    const all = byWay.get(pathOf(path[0]!)) ?? [];
    return areAllFailing(all) && all.every((dial) => (found.get(dial)?.answered ?? 1) > 0);
  };
  const isAllDead = (path: Dialled[]): boolean => dead.has(path) || areAllFailing(path) || isDeadAtTimes(path);
  // Of a path on which some work and some fail, a sample tells whether it is broken at times, or was busy at first.
  const mixed = paths.filter((path) => path.length > sampleOfPath && !isAllDead(path));
  const unasked = (path: Dialled[]): Dialled[] => path.filter((dial) => !found.has(dial));
  const samples = mixed.flatMap((path) => evenly(unasked(path), { most: sampleOfPath - shareOf(path).asked }));
  await askAll(samples.slice(0, wave), found, options);
  const open: Dialled[][] = [];
  for (const path of paths) {
    const { asked, failed } = shareOf(path);
    const left = unasked(path);
    const stands = isAllDead(path) || (asked >= sampleOfPath && failed * 2 >= asked);
    if (!stands) open.push(left);
    else for (const dial of left) found.set(dial, dial.spoilt ? dial : standing(dial, dead.get(path) ?? asked));
  }
  // The first of each path first, so that each wave is a sample of all.
  const inOrder = inTurns(open);
  const within = inOrder.slice(0, atMost);
  let asked = 0;
  let isOwnLoad = true;
  while (isOwnLoad && asked < within.length) {
    const some = within.slice(asked, asked + wave);
    await askAll(some, found, options);
    asked += some.length;
    const failed = some.filter((dial) => !isSoundAgain(dial, found, options)).length;
    isOwnLoad = failed <= mayFailAgain * some.length && performance.now() - startedAt < wavesMs;
  }
  for (const dial of inOrder.slice(asked))
    found.set(dial, { ...dial, inconclusive: `it failed among many, of which only ${asked} were asked again` });
  if (options.singlesBefore !== undefined)
    await askBesideOnePort(found, { ...options, singlesBefore: options.singlesBefore });
  return found;
}

/**
 * Asks samples of the paths, as long as they show that others are dead; returns the paths that are taken for dead, each with the number of
 * failures that it stands with.
 */
async function findDead(
  paths: readonly Dialled[][],
  found: Map<Dialled, Dialled>,
  options: CalmOptions,
): Promise<Map<Dialled[], number>> {
  const { perPath, standAfter, wavesMs } = options.times.calm;
  const dead = new Map<Dialled[], number>();
  const failing: Dialled[] = [];
  const sound: Dialled[] = [];
  const manner = (dial: Dialled): string =>
    `${dial.protocol} ${dial.family} ${dial.record?.outcome} ${portOf(dial, options)}`;
  const startedAt = performance.now();
  let inVain = 0;
  while (inVain < inVainAtMost && performance.now() - startedAt < wavesMs) {
    const open = paths.filter((path) => !dead.has(path) && !path.some((dial) => found.has(dial)));
    const sample = sampleOf(open, { most: standAfter, perPath });
    await askAll(sample, found, options);
    if (sample.length < standAfter) break;
    for (const path of open) {
      const again = path.filter((dial) => found.has(dial));
      if (again.some((dial) => isSoundAgain(dial, found, options))) sound.push(path[0]!);
      else if (again.some((dial) => failedAgain(dial, found, options))) failing.push(path[0]!);
    }
    const alike = likeDead({ failing, sound }, manner);
    const before = dead.size;
    for (const path of paths) {
      const failed = dead.has(path) ? 0 : alike(path[0]!);
      if (failed > 0) dead.set(path, failed);
    }
    if (dead.size === before) inVain += failing.length > sound.length ? 1 : inVainAtMost;
  }
  return dead;
}

/** Retries these, and records the results. A dial without any answer is retried with a few packets first, and in full only if some are answered. */
async function askAll(dials: Dialled[], found: Map<Dialled, Dialled>, options: CalmOptions): Promise<void> {
  const { times } = options;
  const { few: little } = times.calm;
  const ask = async (some: { dial: Dialled; isLittle: boolean }[]): Promise<void> =>
    runFew(some, {
      work: async ({ dial, isLittle }) => {
        const again = await dialAnew(dial, (isLittle ? few : calm)(dial, times), { ...options, suffix: 'again' });
        found.set(dial, withCalmRound(found.get(dial) ?? dial, again));
      },
      // While it waits for answers it sends next to nothing.
      holdMs: ({ dial, isLittle }) => sendsForMs(dial, isLittle ? little : times.calm),
      keys: ({ dial, isLittle }) => limitsOf(dial, { weight: isLittle ? 1 / 4 : weightOf(dial), calm: times.calm }),
    });
  await ask(dials.map((dial) => ({ dial, isLittle: isSilent(dial) })));
  const speaking = dials.filter((dial) => isSilent(dial) && (found.get(dial)?.answered ?? 0) > 0);
  await ask(speaking.map((dial) => ({ dial, isLittle: false })));
}

/** Whether it got no answer at all, whatever it got instead. Of large ones few are asked anyway. */
function isSilent({ record, answered, size }: Dialled): boolean {
  return record !== null && answered === 0 && size === undefined;
}

/** Unanswered dials make half as many packets. */
function weightOf({ answered }: Dialled): number {
  return answered === 0 ? 1 : 2;
}

function sendsForMs({ protocol, lasting, rounds }: Dialled, times: FewTimes): number {
  if (protocol === 'TCP') return times.connections * times.connectionIntervalMs;
  // What lasts is as long again.
  const sent = lasting === true ? rounds.map(({ attempts }) => attempts) : [];
  return Math.max(times.datagrams, ...sent) * times.datagramIntervalMs;
}

type Found = ReadonlyMap<Dialled, Dialled>;

function isSoundAgain(dial: Dialled, found: Found, { times, singlesBefore }: CalmOptions): boolean {
  const again = found.get(dial);
  if (again === undefined) return false;
  return isSound(again) || (singlesBefore !== undefined && isLeftOver(dial, again, times));
}

function failedAgain(dial: Dialled, found: Found, options: CalmOptions): boolean {
  return found.get(dial)?.inconclusive === null && !isSoundAgain(dial, found, options);
}

/** Of what got nothing on a way on which others were answered, its port: a filter may look at ports, and load does not. '' for others. */
function portOf(dial: Dialled, { alive }: CalmOptions): string {
  return alive?.has(wayOf(dial)) === true && isDead(dial) ? `port ${dial.port}` : '';
}

/** Dials that one fault would break together: those of one way that failed alike. */
export function pathOf(dial: Dialled): string {
  return `${wayOf(dial)} ${dial.record?.outcome}`;
}
