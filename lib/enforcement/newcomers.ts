/** Pods that start while policies stand: closed by them already, and opened to some later. */
import type { Missing, Probe } from '../cluster/model.ts';
import { listenOnPorts } from '../mesh/listen.ts';
import type { Session } from '../verdict/session.ts';
import { otherPorts } from './ports.ts';
import { newcomerSteps } from './steps/newcomers.ts';
import type { Newcomers, Tried } from './tried.ts';
import { nothing, tryStep, tryUnder, turnedRound, type Stage } from './try-step.ts';
import { planOf, planWithNewcomers, type Plan, type Ways } from './ways.ts';

/** What was found while policies stood. */
export interface Received {
  probes: Probe[];
  missing: Missing[];
  tried: Tried[];
  /** The ports of all pods, and where new ones can't have more than one. */
  other: Ways['other'];
  notListening: string[];
}

/** Makes pods under policies that are in force on all others, and tries these and an edit on them. Leaves the policies standing. */
export async function receiveNewcomers(stage: Stage, { ways }: { ways: Ways }): Promise<Received> {
  const { session, limits } = stage;
  const { namespace } = session.policies;
  const [closed, opened] = newcomerSteps(namespace);
  stage.tried.push(await tryStep(stage, { step: closed, plan: planOf(ways) }));
  const { probes, missing } = await session.policies.newcomers();
  if (probes.length === 0) return { probes, missing, tried: [], other: ways.other, notListening: [] };
  const since = Math.min(...probes.map(({ readyAt }) => readyAt));
  // They listen at no other port yet.
  const dials = await dialsOf(session, planWithNewcomers({ ...ways, other: new Map() }, probes));
  const watched = turnedRound(stage, { before: nothing, others: dials });
  const { ports, failures: notListening } = await listenOnPorts(probes, otherPorts);
  const other = new Map([...ways.other, ...ports]);
  const plan = planWithNewcomers({ ...ways, other }, probes);
  const first = await tryUnder(stage, { step: closed, plan, watched, since, limitMs: limits.usualMs });
  stage.standing = opened;
  await session.policies.stand(opened);
  const edited = performance.now();
  const turned = turnedRound(stage, { before: closed, others: first.exchanged.dialled });
  const second = await tryUnder(stage, { step: opened, plan, watched: turned, since: edited, limitMs: limits.usualMs });
  return { probes, missing, tried: [first, second], other, notListening };
}

/** The same dials, when no policy stands any more. */
export async function controlOf(
  session: Session,
  { ways, received: { probes, missing, tried, other, notListening } }: { ways: Ways; received: Received },
): Promise<Newcomers> {
  const under = { names: [], patienceMs: () => null };
  const control = await session.exchange({ ...planWithNewcomers({ ...ways, other }, probes), under });
  return { tried, missing, notListening, control };
}

/** Nobody has dialled them before: this is the first that they receive. */
async function dialsOf(session: Session, plan: Plan): Promise<Tried['exchanged']['dialled']> {
  const { dialled } = await session.exchange({ ...plan, ahead: true, times: firstTimes });
  return dialled;
}

const firstTimes = { dialTimeoutMs: 300, datagramTimeoutMs: 300, datagrams: 1 };
