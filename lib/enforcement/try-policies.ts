/** One act for all clauses about policies: a few of them stand, one set after the other, and dials are made under each. */
import { messageOf } from '../message-of.ts';
import type { Session } from '../verdict/session.ts';
import type { WorkKey } from '../verdict/shared-work.ts';
import { usualLimits, type Limits } from './in-force.ts';
import { controlOf, receiveNewcomers, type Received } from './newcomers.ts';
import { listenOnOther } from './ports.ts';
import { stepsOf } from './steps/steps.ts';
import { isIgnored, type Enforcement, type Guests } from './tried.ts';
import { makeServices, notToBeTried, untilKnown } from './through-services/prepare.ts';
import { lift, nothing, tryStep, type Stage } from './try-step.ts';
import { planOf, type Ways } from './ways.ts';

const enforcement: WorkKey<Enforcement> = { name: 'policies' };

/** Shares of many nodes begin anywhere: more than any cluster has nodes. */
const turns = 10_000;

/** Done once a run. Throws an Error where nothing would be learned: somebody else's policies decide, too. */
export function enforcementOf(session: Session): Promise<Enforcement> {
  return session.once(enforcement, () => tryPolicies(session));
}

/** The same for a session of its own. `turn`: as in `Ways`; left out: any. */
export async function tryPolicies(
  session: Session,
  { limits = usualLimits, turn = Math.floor(Math.random() * turns) }: { limits?: Limits; turn?: number } = {},
): Promise<Enforcement> {
  const { policies, pods, nodes } = session;
  const { namespace, foreign, unlisted, form } = policies;
  if (foreign.length > 0) throw new Error(`${foreign.slice(0, 3).join(', ')} also applies to the run's pods`);
  const isFull = form === 'full';
  const { probes: guests, ...invited } = isFull ? await invite(session) : nobody;
  const other = await listenOnOther([...pods, ...guests]);
  const { services, areNew, doubts: unmade } = await makeServices(session);
  const all: Ways = { pods, guests, nodes, services, leftOut: new Set(), other, turn };
  if (areNew) await untilKnown(session, planOf(all), { withinMs: limits.servicesMs });
  const control = await session.exchange(planOf(all));
  const { leftOut, doubts, remarks } = notToBeTried(control);
  const ways = { ...all, leftOut };
  const stage: Stage = { session, control, tried: [], limits, standing: nothing };
  let received: Received | null = null;
  try {
    for (const step of stepsOf({ namespace, form, pods, guests })) {
      stage.tried.push(await tryStep(stage, { step, plan: planOf(ways) }));
      if (isNotEnforced(stage)) break;
    }
    if (isFull && !isNotEnforced(stage)) received = await receiveNewcomers(stage, { ways });
  } finally {
    await policies.stand(nothing);
  }
  const lifted = await lift(stage);
  const under = { names: [], patienceMs: () => null };
  // Where nothing was denied there is nothing to come back.
  const again = isNotEnforced(stage) ? control : await session.exchange({ ...planOf(ways), under });
  const newcomers = received === null ? null : await controlOf(session, { ways, received });
  const throughServices = { doubts: [...unmade, ...doubts], remarks };
  const about = { namespace, unlisted, limitMs: limits.usualMs, throughServices };
  return { ...about, control, again, lifted, tried: stage.tried, guests: invited, newcomers };
}

/** Once the first set of policies is ignored, nothing can be learned of the others. */
function isNotEnforced({ session, tried: [first] }: Stage): boolean {
  return first !== undefined && isIgnored(first, session.policies.namespace);
}

type Invited = Guests & { probes: Session['pods'] };

const nobody: Invited = { probes: [], missing: [], refused: null };

/** Where the cluster refuses a second namespace the rest is tried all the same. */
async function invite({ policies }: Session): Promise<Invited> {
  try {
    return { ...(await policies.guests()), refused: null };
  } catch (error) {
    return { ...nobody, refused: messageOf(error) };
  }
}
