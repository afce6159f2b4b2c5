/** One act for all clauses about policies: a few of them stand, one set after the other, and dials are made under each. */
import type { Dialled, Exchanged, PlannedDial } from '../mesh/dialled.ts';
import type { Rules } from '../policy/objects.ts';
import type { Session } from '../verdict/session.ts';
import type { WorkKey } from '../verdict/shared-work.ts';
import { forbids } from './ends.ts';
import {
  firstOfEachWay,
  isAnswered,
  usualLimits,
  untilInForce,
  withAgain,
  type InForce,
  type Limits,
} from './in-force.ts';
import { listenOnOther } from './ports.ts';
import type { Step } from './step.ts';
import { stepsOf } from './steps.ts';
import { planAgain, planOf, type Ways } from './ways.ts';

/** What became of the dials under one set of policies. */
export interface Tried {
  step: Step;
  exchanged: Exchanged;
  inForce: InForce;
}

export interface Enforcement {
  namespace: string;
  /** How long each set of policies was given to be in force, ms; longer where it came with other labels of pods. */
  limitMs: number;
  /** The same dials before any policy, and when all are gone again. */
  control: Exchanged;
  again: Exchanged;
  lifted: InForce;
  /** In their order; only the first where nobody enforces it. */
  tried: Tried[];
}

const enforcement: WorkKey<Enforcement> = { name: 'policies' };

const nothing: Rules = { policies: [] };

/** How long an answer is waited for that a policy forbids, ms: dials wait side by side, and the controls answer within a few. */
const patienceMs = 800;

/** Done once a run. Throws an Error where nothing would be learned: somebody else's policies decide, too. */
export function enforcementOf(session: Session): Promise<Enforcement> {
  return session.once(enforcement, () => tryPolicies(session));
}

/** The same for a session of its own. */
export async function tryPolicies(
  session: Session,
  { limits = usualLimits }: { limits?: Limits } = {},
): Promise<Enforcement> {
  const { policies, pods, nodes } = session;
  const { namespace, foreign, form } = policies;
  if (foreign.length > 0) throw new Error(`${foreign.slice(0, 3).join(', ')} also applies to the run's pods`);
  const ways: Ways = { pods, nodes, other: await listenOnOther(pods) };
  const control = await session.exchange(planOf(ways));
  const tried: Tried[] = [];
  let standing: Rules = nothing;
  try {
    for (const step of stepsOf({ namespace, form, port: pods[0]?.hello.port ?? 0 })) {
      if (!isChangeOf(standing, step)) {
        await lift(session, { standing, control, tried, limits });
        standing = nothing;
      }
      const before = standing;
      standing = step;
      const one = await tryStep(session, { step, before, ways, control, tried, limits });
      tried.push(one);
      if (isIgnored(one, namespace)) break;
    }
  } finally {
    await policies.stand(nothing);
  }
  const lifted = await lift(session, { standing, control, tried, limits });
  const under = { names: [], patienceMs: () => null };
  const again = await session.exchange({ ...planOf(ways), under });
  return { namespace, limitMs: limits.usualMs, control, again, lifted, tried };
}

/** One set of policies takes the place of another step by step where they have some in common; else what closes a pod would not be seen of one that is closed already. */
function isChangeOf({ policies: standing }: Rules, { policies }: Rules): boolean {
  const names = new Set(standing.map(({ metadata }) => metadata.name));
  return standing.length === 0 || policies.some(({ metadata }) => names.has(metadata.name));
}

/** Removes all, and waits until that is in force. */
async function lift(
  session: Session,
  { standing, limits, ...sofar }: Sofar & { standing: Rules; limits: Limits },
): Promise<InForce> {
  const { namespace, stand } = session.policies;
  await stand(nothing);
  const since = performance.now();
  const { dials, isForbidden } = turnedBy(nothing, { before: standing, namespace, ...sofar });
  return untilInForce(session, { dials, isForbidden, since, limitMs: limits.usualMs });
}

interface Sofar {
  control: Exchanged;
  tried: readonly Tried[];
}

async function tryStep(
  session: Session,
  {
    step,
    before,
    ways,
    limits,
    ...sofar
  }: Sofar & {
    step: Step;
    before: Rules;
    ways: Ways;
    limits: Limits;
  },
): Promise<Tried> {
  const { namespace, stand } = session.policies;
  const limitMs = sameLabels(step, before) ? limits.usualMs : limits.relabelledMs;
  await stand(step);
  const since = performance.now();
  const names = step.policies.map(({ metadata }) => metadata.name);
  const { dials, isForbidden } = turnedBy(step, { before, namespace, ...sofar });
  const inForce = await untilInForce(session, { dials, isForbidden, since, limitMs });
  const under = { names, patienceMs: (dial: Omit<PlannedDial, 'nonce'>) => (isForbidden(dial) ? patienceMs : null) };
  const exchanged = await session.exchange({ ...planOf(ways), under });
  const isSlack = onSlackNode(sofar.tried, namespace);
  const late = exchanged.dialled.filter((dial) => isForbidden(dial) && isAnswered(dial) && !isSlack(dial));
  // What was watched was in force; some other pod may be told a moment later.
  if (inForce.atMs === null || late.length === 0) return { step, exchanged, inForce };
  const later = await untilInForce(session, { dials: late, isForbidden, since, limitMs });
  const again = await session.exchange({ ...planAgain(late), under });
  return { step, exchanged: withAgain(exchanged, again), inForce: later };
}

const sameLabels = (one: Rules, other: Rules): boolean =>
  JSON.stringify(one.labels ?? {}) === JSON.stringify(other.labels ?? {});

/** Dials to watch when one set of policies takes the place of another: those that it turns round, on nodes where the first set was enforced. */
function turnedBy(rules: Rules, { before, namespace, control, tried }: Sofar & { before: Rules; namespace: string }) {
  const isForbidden = (dial: Omit<PlannedDial, 'nonce'>): boolean => forbids(rules, dial, namespace) === true;
  const isSlack = onSlackNode(tried, namespace);
  const turned = control.dialled.filter(
    (dial) => isAnswered(dial) && isForbidden(dial) !== (forbids(before, dial, namespace) === true) && !isSlack(dial),
  );
  return { dials: firstOfEachWay(turned), isForbidden };
}

/** What ends at a node where the first set of policies was not enforced says nothing of the later ones. */
function onSlackNode(tried: readonly Tried[], namespace: string): (dial: Dialled) => boolean {
  const slack = nodesNotEnforcing(tried[0], namespace);
  return ({ from, to }) => slack.has(from.node) || slack.has(to.node ?? '');
}

/** What closes one pod of each node. */
export function firstOf({ tried: [first] }: Enforcement): Tried {
  if (first === undefined) throw new Error('no policy was made');
  return first;
}

/** Nodes where all that the policies forbid was answered. */
export function nodesNotEnforcing(tried: Tried | undefined, namespace: string): Set<string> {
  if (tried === undefined) return new Set();
  const byNode = Map.groupBy(forbiddenOf(tried, namespace), ({ to }) => to.node ?? '');
  return new Set([...byNode].filter(([, dials]) => dials.every(isAnswered)).map(([node]) => node));
}

/** Whether all that the policies forbid was answered, wherever anything can be said of it. */
export function isIgnored(tried: Tried, namespace: string): boolean {
  const forbidden = forbiddenOf(tried, namespace);
  return forbidden.length > 0 && forbidden.every(isAnswered);
}

function forbiddenOf({ step, exchanged }: Tried, namespace: string): Dialled[] {
  return exchanged.dialled.filter((dial) => dial.inconclusive === null && forbids(step, dial, namespace) === true);
}
