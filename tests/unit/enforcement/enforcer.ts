/** A cluster of make-believe that enforces NetworkPolicies, well or badly. */
import type { Probe } from '../../../lib/cluster/model.ts';
import type { Dial } from '../../../lib/conversations/dial.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { endOf } from '../../../lib/enforcement/ends.ts';
import { tryPolicies, type Enforcement } from '../../../lib/enforcement/try-policies.ts';
import { allows } from '../../../lib/policy/model.ts';
import type { Policy, Rules } from '../../../lib/policy/objects.ts';
import { createRun } from '../../../lib/verdict/create-run.ts';
import type { PoliciesForm, Session } from '../../../lib/verdict/session.ts';
import { survey } from '../facts/surveys.ts';
import { makeWorld } from '../mesh/world.ts';

export interface Enforcer {
  nodes?: number;
  form?: PoliciesForm;
  /** Policies in force for a dial, of those that stand; left out: all. `before`: those that stood until the last change, and all that ever did. */
  inForce?: (
    policies: readonly Policy[],
    dial: { from: Probe; to: Probe; protocol: Dial['protocol'] },
    ever: readonly Policy[],
  ) => readonly Policy[];
  /** What else becomes of a dial. */
  lost?: (ends: { from: Probe; to: Probe }, dial: Dial) => boolean;
  foreign?: string[];
  /** Labels that pods get later are not looked at. */
  readsLabelsOnce?: true;
}

const namespace = 'flatnet-test';

/** A session with such a cluster, what was made there, and the act of the clauses about policies. */
function enforcing(options: Enforcer = {}): {
  session: Session;
  made: string[][];
  asked: () => number;
} {
  const { inForce = (policies) => policies, lost = () => false, form = 'short', foreign = [] } = options;
  let standing: Rules = { policies: [] };
  const ever: Policy[] = [];
  const made: string[][] = [];
  const world = makeWorld({
    nodes: options.nodes ?? 3,
    network: (dial, { from, to }) => {
      const about = { namespace, ...(options.readsLabelsOnce === true ? {} : { labels: standing.labels }) };
      const ends = { from: endOf(from, about), to: endOf(to, about) };
      const policies = inForce(standing.policies, { from, to, protocol: dial.protocol }, ever);
      const isOpen = allows(policies, { ...ends, protocol: dial.protocol, port: dial.port }) !== false;
      if (isOpen && !lost({ from, to }, dial)) return null;
      return { outcome: 'timeout', answered: 0, firstAnswerMs: null, views: [] };
    },
  });
  for (const pod of world.pods) pod.hello.port = 8_080;
  const traffic = createTraffic({ pace: unlimitedPace });
  const run = createRun();
  const session = {
    survey: survey({}),
    pods: world.pods,
    nodes: world.nodes,
    once: run.once,
    begun: run.begun,
    exchange: (plan: Parameters<Session['exchange']>[0]) => exchange({ ...plan, families: ['IPv4'] }, { traffic }),
    policies: {
      form,
      namespace,
      foreign,
      stand: async (rules: Rules) => {
        const { policies } = rules;
        made.push(policies.map(({ metadata }) => metadata.name));
        ever.push(...policies);
        standing = rules;
      },
    },
  } as unknown as Session;
  return { session, made, asked: () => world.asked.length };
}

/** The act on such a cluster, which waits 100 ms at most. */
export async function tried(
  options: Enforcer = {},
): Promise<{ session: Session; found: Enforcement; made: string[][] }> {
  const { session, made } = enforcing(options);
  const found = await tryPolicies(session, { limitMs: 100 });
  // What clauses ask for is this act.
  const withIt = { ...session, once: async () => found } as unknown as Session;
  return { session: withIt, found, made };
}
