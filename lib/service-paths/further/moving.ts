/** A Service whose pods change: one takes the place of another, then there is none, then the first one is back. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Destination } from '../../mesh/destination.ts';
import type { Dialled } from '../../mesh/dialled.ts';
import { isAnsweredByOthers } from '../../mesh/rounds/merge.ts';
import { refusalTimes, watchTimes } from '../../mesh/times.ts';
import type { Session } from '../../verdict/session.ts';
import { furtherServices, type FurtherServices, type Needed } from './further-services.ts';

export type Change = 'replaced' | 'emptied' | 'filled';

/** What became of the clients after one change. */
export interface Step {
  change: Change;
  /** ms since the API had accepted it: they had not all followed at `notAtMs`, and had at `atMs`; null: not within the limit. */
  notAtMs: number;
  atMs: number | null;
  /** Those that had not by then, as they were seen last. */
  stuck: Dialled[];
  /** Of these, those that another source port makes follow. */
  onlyFromTheirPort: ReadonlySet<Dialled>;
  /** How many others had not, since they can't reach the pod at its own address any more, and why some say nothing. */
  outOfReach: number;
  doubts: readonly string[];
}

export interface Moved {
  service: string;
  /** Ways from a client over one protocol and family that led to the first pod, and those that did not, or could not be expected to. */
  ways: number;
  leftOut: number;
  /** No client reaches both pods at their own addresses. */
  isOutOfReach: boolean;
  steps: Step[];
  limitMs: number;
}

type Way = Pick<Dialled, 'from' | 'protocol' | 'family'>;

/** Every implementation that was seen follows within 2 s. */
const usualLimitMs = 10_000;
/** Over UDP a client keeps to it, as DNS clients and games do: to the kernel its datagrams are one flow for as long as they go on. No other dial comes from it. */
export const fixedSourcePort = 61_321;
const pauseMs = 100;
const longestPauseMs = 1_000;
/** As long as nothing may have happened yet. */
const soonMs = 2_000;
/** Rules may be written more than once for one change. */
const inARow = 2;
/** Once it went back: of rules that lead to the pod of before at every second time, one of a thousand is not seen. */
const inARowAgain = 10;
/** Answered by nobody, and the dialler is notified. */
const notified: ReadonlySet<string> = new Set(['refused', 'unreachable', 'reset']);

/** From one pod of each node and the node itself. Those that do not follow one change are not asked about the next. Throws what `createServices` and `changePodsBehind` throw. */
export async function movePods(
  session: Needed & Pick<Session, 'changePodsBehind'>,
  { limitMs = usualLimitMs }: { limitMs?: number } = {},
): Promise<Moved> {
  const { places, moving, own } = await furtherServices(session);
  const { service, one, other, none } = moving;
  const [first, second] = [places.moving.one.pod, places.moving.other.pod];
  const look = looking(session, places.clients);
  const all = await look({ to: one });
  const reaching = all.filter((dial) => own.works({ ...dial, to: one }));
  let ways = reaching.filter((dial) => hasFollowed(dial, one));
  const moved: Moved = {
    service,
    ways: ways.length,
    leftOut: all.length - ways.length,
    isOutOfReach: reaching.length === 0,
    steps: [],
    limitMs,
  };
  const changes = [
    { change: 'replaced', to: other, add: [second], remove: [first] },
    { change: 'emptied', to: none, add: [], remove: [second] },
    { change: 'filled', to: one, add: [first], remove: [] },
  ] as const;
  for (const { change, to, add, remove } of changes) {
    await session.changePodsBehind({ service, add, remove });
    const step = await follow(look, { ways, to, limitMs });
    const reach = await inReach(step.stuck, { to, own });
    moved.steps.push({ change, ...step, ...reach, doubts: [...step.doubts, ...reach.doubts] });
    const stuck = new Set(step.stuck.map(nameOf));
    ways = ways.filter((way) => !stuck.has(nameOf(way)));
  }
  return moved;
}

/** Those that do not follow, without any whose way to the pod has died meanwhile; where there is none, that to either of the two that were there. */
async function inReach(
  stuck: readonly Dialled[],
  { to, own }: { to: Destination; own: FurtherServices['own'] },
): Promise<Pick<Step, 'stuck' | 'outOfReach' | 'doubts'>> {
  const responders = to.responders.filter(({ uid }) => to.mayAnswer.size === 0 || to.mayAnswer.has(uid));
  // Who is answered by the pod of before is not cut off.
  const { dead, doubts } = await own.recheck(
    stuck.filter((dial) => !isAnsweredByOthers(dial)),
    { ...to, responders },
  );
  return {
    stuck: stuck.filter((dial) => !dead.has(dial) && !doubts.has(dial)),
    outOfReach: dead.size,
    doubts: [...new Set(doubts.values())],
  };
}

interface Asked {
  to: Destination;
  /** Left out: all clients, over both protocols. */
  ways?: readonly Way[];
  /** UDP from any port. */
  anyPort?: true;
}

type Look = (asked: Asked) => Promise<Dialled[]>;

/** Clients dial once, quickly. */
function looking({ exchange }: Needed, clients: FurtherServices['places']['clients']): Look {
  return async ({ to, ways, anyPort }) => {
    const waiting = new Set(ways?.map(({ from }) => from) ?? clients);
    const { dialled } = await exchange({
      from: clients.filter((client) => waiting.has(client)),
      to: [to],
      pairs: () => true,
      ...(ways === undefined ? {} : { protocols: [...new Set(ways.map(({ protocol }) => protocol))] }),
      // Of TCP nothing true would show from one port, and a SYN that left untranslated once would look like a dead Service ever after.
      sourcePort: ({ protocol }) => (protocol === 'UDP' && anyPort !== true ? fixedSourcePort : 0),
      ahead: true,
      times: to.mayAnswer.size === 0 ? refusalTimes : watchTimes,
    });
    const asked = new Set(ways?.map(nameOf));
    return ways === undefined ? dialled : dialled.filter((dial) => asked.has(nameOf(dial)));
  };
}

/** How a way has done so far: looks in a row in which it had followed, since when, and how many are enough. */
interface Streak {
  good: number;
  sinceMs: number;
  enough: number;
}

/**
 * Dials again and again until each has followed, or the limit is over. Each way counts for itself: of many, on a network that loses or rejects some, or is busy, some get no answer in
 * each look, and never all of them one at once; what has followed may be silent or refused then. Who is answered by the pod of before once more has to follow for longer.
 */
async function follow(
  look: Look,
  { ways, to, limitMs }: { ways: readonly Way[]; to: Destination; limitMs: number },
): Promise<Omit<Step, 'change' | 'outOfReach'>> {
  const since = performance.now();
  // A refusal is no remnant of before; and whoever is refused often is refused in silence: kernels send an ICMP error a second to each peer, and a few at first.
  const isOnce = to.mayAnswer.size === 0;
  const unseen: Streak = { good: 0, sinceMs: 0, enough: isOnce ? 1 : inARow };
  const streaks = new Map<string, Streak>();
  const streakOf = (way: Way): Streak => streaks.get(nameOf(way)) ?? unseen;
  const isDone = ({ good, enough }: Streak): boolean => good >= enough;
  let asked = ways;
  let notAtMs = 0;
  for (let waitMs = pauseMs; ; waitMs = isOnce && performance.now() - since > soonMs ? 2 * waitMs : waitMs) {
    const atMs = Math.round(performance.now() - since);
    const dialled = await look({ to, ways: asked });
    for (const dial of dialled) streaks.set(nameOf(dial), after(streakOf(dial), { dial, to, atMs }));
    const stuck = dialled.filter((dial) => streakOf(dial).good === 0);
    if (stuck.length > 0) notAtMs = atMs;
    const open = ways.filter((way) => !isDone(streakOf(way)));
    if (open.length === 0) {
      const followedMs = Math.max(0, ...[...streaks.values()].map(({ sinceMs }) => sinceMs));
      const isLate = followedMs > limitMs;
      const doubts = isLate
        ? [`probes stood still until the time was over, and had followed after ${(followedMs / 1_000).toFixed(1)} s`]
        : [];
      return { notAtMs, atMs: isLate ? null : followedMs, stuck: [], onlyFromTheirPort: new Set(), doubts };
    }
    if (isOnce) asked = open;
    const isAnyAsked = dialled.some((dial) => !isDone(streakOf(dial)));
    const told = stuck.filter(({ record, inconclusive }) => record !== null && inconclusive === null);
    // A probe that stood still, or is gone, says nothing about the network: where all of them did, they are given as much time again.
    const isUntold = told.length === 0 && stuck.some(({ maybeForbidden }) => maybeForbidden !== true);
    if (atMs > (isUntold ? 2 * limitMs : limitMs) && (stuck.length > 0 || !isAnyAsked)) {
      return {
        notAtMs,
        atMs: null,
        stuck: told,
        doubts: [...new Set(stuck.flatMap((dial) => (dial.maybeForbidden === true ? (dial.inconclusive ?? []) : [])))],
        onlyFromTheirPort: await otherwiseFollowing(look, { stuck: told, to }),
      };
    }
    await pause(Math.min(waitMs, longestPauseMs));
  }
}

function after(streak: Streak, { dial, to, atMs }: { dial: Dialled; to: Destination; atMs: number }): Streak {
  const { good, sinceMs, enough } = streak;
  if (hasFollowed(dial, to)) return { good: good + 1, sinceMs: good === 0 ? atMs : sinceMs, enough };
  const isBack = isAnsweredByOthers(dial);
  if (!isBack && good >= enough) return streak;
  return { good: 0, sinceMs: 0, enough: good > 0 && isBack ? inARowAgain : enough };
}

/** Which of these would follow from a source port that is new to the kernel. */
async function otherwiseFollowing(
  look: Look,
  { stuck, to }: { stuck: readonly Dialled[]; to: Destination },
): Promise<Set<Dialled>> {
  const again = await look({ to, ways: stuck, anyPort: true });
  const following = new Set(again.filter((dial) => hasFollowed(dial, to)).map(nameOf));
  return new Set(stuck.filter((dial) => dial.protocol === 'UDP' && following.has(nameOf(dial))));
}

/** It was answered by who may answer, and by nobody else; where nobody may, the dialler was notified. */
function hasFollowed({ record }: Dialled, { mayAnswer }: Destination): boolean {
  if (record === null) return false;
  if (mayAnswer.size === 0) return notified.has(record.outcome);
  return record.outcome === 'delivered' && record.views.every(({ who }) => mayAnswer.has(who.uid));
}

function nameOf({ from, protocol, family }: Way): string {
  return `${from.uid} ${protocol} ${family}`;
}
