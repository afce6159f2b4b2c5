import { nameOfDial, type Dialled, type Exchanged } from '../mesh/dialled.ts';
import { isLittleLost } from '../mesh/loss.ts';
import { denied } from '../verdict/oracle/denied.ts';
import { delivered, type Denied, type Expectation } from '../verdict/oracle/expectation.ts';
import { judgeDial } from '../verdict/oracle/problems.ts';
import { forbids } from './ends.ts';
import { gotThrough, isAnswered } from './in-force.ts';
import type { Enforcement, Tried } from './tried.ts';

/** Dials under one set of policies, by what the model says of them and what became of them. */
export interface Judged {
  /** Forbidden, and answered or received all the same. */
  letThrough: Dialled[];
  /** Allowed, and not answered. */
  shutOut: Dialled[];
  /** Nothing is proved of them: each with why. */
  unclear: { dial: Dialled; why: string }[];
  counts: { forbidden: number; denied: number; allowed: number; answered: number };
  /** First those that are forbidden. */
  dials: { dialled: Dialled[]; expectation: Expectation }[];
}

/**
 * Holds these dials of one step against what the policies of that step allow. One that was not answered before the policies and after them proves nothing, and what the API leaves open is left out.
 * What is allowed need only get through where the network between the same two nodes loses some of it without a policy, too, or where little is lost: others tell that.
 * Beside policies that could not be listed a dial that went as it should proves as much: they are the same with and without those of the run. But one may open what the run closes, or have it decided otherwise.
 */
export function judged(
  { control, again, namespace, unlisted }: Pick<Enforcement, 'control' | 'again' | 'namespace' | 'unlisted'>,
  { step }: Tried,
  dialled: readonly Dialled[],
): Judged {
  const asked = (isForbidden: boolean): Dialled[] =>
    dialled.filter((dial) => forbids(step, dial, namespace) === isForbidden);
  const denial = denied({ control, again });
  const loses = losing([control, again]);
  const isKept = (dial: Dialled): boolean => isAnswered(dial) && (!dial.lossy || isLittleLost(dial) || loses(dial));
  const forbidden = heldAgainst(asked(true), denial, { ...denial, unlisted, isKept: () => false });
  const allowed = heldAgainst(asked(false), delivered, { ...denial, unlisted, isKept });
  return {
    letThrough: forbidden.broken,
    shutOut: allowed.broken,
    unclear: [...forbidden.unclear, ...allowed.unclear],
    counts: {
      forbidden: forbidden.dialled.length,
      denied: forbidden.kept,
      allowed: allowed.dialled.length,
      answered: allowed.kept,
    },
    dials: [forbidden, allowed],
  };
}

/** "60 dials: 30 of 30 forbidden ones denied, 30 of 30 allowed ones answered". */
export function countsOf(all: readonly Judged[]): string {
  const sum = (count: (one: Judged) => number): number => all.reduce((total, one) => total + count(one), 0);
  const forbidden = sum(({ counts }) => counts.forbidden);
  const allowed = sum(({ counts }) => counts.allowed);
  const parts = [
    ...(forbidden === 0 ? [] : [`${sum(({ counts }) => counts.denied)} of ${forbidden} forbidden ones denied`]),
    ...(allowed === 0 ? [] : [`${sum(({ counts }) => counts.answered)} of ${allowed} allowed ones answered`]),
  ];
  return `${forbidden + allowed} dials: ${parts.join(', ')}`;
}

/** Why some prove nothing; null where each proves something. */
export function doubtsOf(all: readonly Judged[]): string | null {
  const unclear = all.flatMap((one) => one.unclear);
  if (unclear.length === 0) return null;
  const reasons = [...new Set(unclear.map(({ why }) => why))];
  return `${unclear.length} dials say nothing: ${reasons.slice(0, 3).join('; ')}`;
}

/** Some reasons to know nothing, as one; null where there is none. */
export function together(doubts: readonly (string | null)[]): string | null {
  return doubts.filter((why) => why !== null).join('; ') || null;
}

/** Whether some of these lost packets between the same two nodes, over the same protocol and family. */
function losing(exchanges: readonly Exchanged[]): (dial: Dialled) => boolean {
  const betweenOf = ({ from, to, protocol, family }: Dialled): string =>
    [...[from.node, to.node ?? ''].toSorted(), protocol, family].join(' ');
  const lossy = exchanges.flatMap(({ dialled }) => dialled.filter((dial) => dial.lossy).map(betweenOf));
  const between = new Set(lossy);
  return (dial) => between.has(betweenOf(dial));
}

/** `isKept`: whether a dial is as it should be, whatever else is wrong with it. */
function heldAgainst(
  all: Dialled[],
  expectation: Expectation,
  { control, unlisted, isKept }: Denied & Pick<Enforcement, 'unlisted'> & { isKept: (dial: Dialled) => boolean },
) {
  const dialled: Dialled[] = [];
  const broken: Dialled[] = [];
  const unclear: Judged['unclear'] = [];
  for (const dial of all) {
    const { problems, detail } = judgeDial(dial, expectation);
    const isUnknown = problems.includes('inconclusive');
    if (!isUnknown && (problems.length === 0 || isKept(dial))) {
      dialled.push(dial.lossy ? { ...dial, lossy: false } : dial);
      continue;
    }
    const why = isUnknown
      ? (dial.inconclusive ?? detail ?? 'no reply tells who answered')
      : whyUnclear(dial, { control, unlisted });
    // As an edge it is to say no more than here.
    const told = why === null || dial.inconclusive !== null ? dial : { ...dial, record: null, inconclusive: why };
    dialled.push(told);
    if (why === null) broken.push(told);
    else unclear.push({ dial: told, why });
  }
  return { dialled, expectation, broken, unclear, kept: dialled.length - broken.length - unclear.length };
}

/** Why a dial that is not as it should be proves nothing; null: it does. */
function whyUnclear(
  dial: Dialled,
  { control, unlisted }: { control: ReadonlySet<string>; unlisted: readonly string[] },
): string | null {
  if (!gotThrough(dial) && !control.has(nameOfDial(dial))) return 'it was not answered without a policy either';
  return unlisted.length === 0 ? null : `${unlisted.slice(0, 3).join(', ')} may decide it`;
}
