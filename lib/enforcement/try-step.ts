/** One set of policies: made to stand, seen to be in force, and tried. */
import { isDeepStrictEqual } from 'node:util';
import type { Dialled, Exchanged, PlannedDial } from '../mesh/dialled.ts';
import type { Rules } from '../policy/objects.ts';
import type { Session } from '../verdict/session.ts';
import { forbids } from './ends.ts';
import {
  firstOfEachWay,
  gotThrough,
  isAnswered,
  untilInForce,
  withAgain,
  type InForce,
  type Limits,
} from './in-force.ts';
import type { Step } from './steps/step.ts';
import { isAtOwnAddress, nodesNotEnforcing, type Tried } from './tried.ts';
import { planAgain, type Plan } from './ways.ts';
import { withPatience } from './with-patience.ts';

/** What stands, and what is known so far. */
export interface Stage {
  session: Session;
  /** Dials before any policy. */
  control: Exchanged;
  tried: Tried[];
  limits: Limits;
  standing: Rules;
}

export const nothing: Rules = { policies: [] };

/** How long an answer is waited for that a policy forbids, ms: dials wait side by side, and the controls answer within a few. */
const patienceMs = 800;

/** Makes the policies of a step stand, and dials what is planned under them. What stood before is lifted first where the two have nothing in common. */
export async function tryStep(stage: Stage, { step, plan }: { step: Step; plan: Plan }): Promise<Tried> {
  const { session, limits } = stage;
  if (!isChangeOf(stage.standing, step)) await lift(stage);
  const before = stage.standing;
  stage.standing = step;
  const limitMs = sameLabels(step, before) ? limits.usualMs : limits.relabelledMs;
  await session.policies.stand(step);
  const since = performance.now();
  return tryUnder(stage, { step, plan, watched: turnedRound(stage, { before }), since, limitMs });
}

/** Dials what is planned under the policies that stand, once what is `watched` goes as they say. `since`: on the clock of `performance.now()`. */
export async function tryUnder(
  stage: Stage,
  {
    step,
    plan,
    watched,
    since,
    limitMs,
  }: { step: Step; plan: Plan; watched: Dialled[]; since: number; limitMs: number },
): Promise<Tried> {
  const { session } = stage;
  const isForbidden = forbidding(stage, step);
  const inForce = await untilInForce(session, { dials: watched, isForbidden, since, limitMs });
  const names = step.policies.map(({ metadata }) => metadata.name);
  // What the API leaves open may go unanswered, too.
  const patience = (one: Omit<PlannedDial, 'nonce'>): number | null => (isForbidden(one) === false ? null : patienceMs);
  const under = { names, patienceMs: patience };
  const dial = async (some: Plan): Promise<Exchanged> => {
    const made = await session.exchange({ ...some, under });
    const forbidden = made.dialled.filter((one) => isForbidden(one) === true);
    return withPatience(session, { made, forbidden, names });
  };
  const exchanged = await dial(plan);
  const isSlack = onSlackNode(stage);
  const late = exchanged.dialled.filter((one) => isForbidden(one) === true && gotThrough(one) && !isSlack(one));
  // What was watched was in force; some other pod may be told a moment later.
  if (inForce.atMs === null || late.length === 0) return { step, exchanged, inForce };
  // What gets in through Services alone is no matter of time: it is tried once more.
  const own = late.filter(isAtOwnAddress);
  const later = own.length === 0 ? inForce : await untilInForce(session, { dials: own, isForbidden, since, limitMs });
  const again = await dial(planAgain(late));
  return { step, exchanged: withAgain(exchanged, again, { of: late }), inForce: later };
}

/** Removes all, and waits until that is in force. */
export async function lift(stage: Stage): Promise<InForce> {
  const { session, limits, standing: before } = stage;
  stage.standing = nothing;
  await session.policies.stand(nothing);
  const since = performance.now();
  const dials = turnedRound(stage, { before });
  return untilInForce(session, { dials, isForbidden: () => false, since, limitMs: limits.usualMs });
}

/**
 * Dials to watch when what stands takes the place of another set of policies: those to pods' own addresses that it turns round, on nodes where
 * the first set was enforced, of those that were answered before any, or of `others`.
 */
export function turnedRound(
  stage: Stage,
  { before, others = stage.control.dialled.filter(isAnswered) }: { before: Rules; others?: readonly Dialled[] },
): Dialled[] {
  const isForbidden = forbidding(stage, stage.standing);
  const was = forbidding(stage, before);
  const isSlack = onSlackNode(stage);
  const turned = others.filter((dial) => {
    const now = isForbidden(dial);
    return isAtOwnAddress(dial) && now !== null && now !== was(dial) && !isSlack(dial);
  });
  return firstOfEachWay(turned);
}

/** Whether these rules forbid a dial; null where the API leaves it open. */
function forbidding({ session }: Stage, rules: Rules): (dial: Omit<PlannedDial, 'nonce'>) => boolean | null {
  const { namespace } = session.policies;
  return (dial) => forbids(rules, dial, namespace);
}

/** One set of policies takes the place of another step by step where they have some in common; else what closes a pod would not be seen of one that is closed already. */
function isChangeOf({ policies: standing }: Rules, { policies }: Rules): boolean {
  const names = new Set(standing.map(({ metadata }) => metadata.name));
  return standing.length === 0 || policies.some(({ metadata }) => names.has(metadata.name));
}

const sameLabels = (one: Rules, other: Rules): boolean => isDeepStrictEqual(labelsOf(one), labelsOf(other));

const labelsOf = ({ labels = {}, guestLabels = {} }: Rules) => ({ labels, guestLabels });

/** What ends at a node where the first set of policies was not enforced says nothing of the later ones. */
function onSlackNode({ session, tried }: Stage): (dial: Dialled) => boolean {
  const slack = nodesNotEnforcing(tried[0], session.policies.namespace);
  return ({ from, to }) => slack.has(from.node) || slack.has(to.node ?? '');
}
