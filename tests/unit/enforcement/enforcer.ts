/** A cluster of make-believe that enforces NetworkPolicies, well or badly. */
import type { MadeService, Probe, ProbeName, WantedService } from '../../../lib/cluster/model.ts';
import type { Dial, ResponderView } from '../../../lib/conversations/dial.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { endOf } from '../../../lib/enforcement/ends.ts';
import type { Enforcement } from '../../../lib/enforcement/tried.ts';
import { tryPolicies } from '../../../lib/enforcement/try-policies.ts';
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
    dial: { from: Probe; to: Probe; protocol: Dial['protocol']; port: number; throughService: boolean },
    ever: readonly Policy[],
  ) => readonly Policy[];
  /** What else becomes of a dial. */
  lost?: (ends: { from: Probe; to: Probe }, dial: Dial) => boolean;
  /** The share that is answered of a dial over UDP that gets through, such as 0.94; left out: all of it. */
  answered?: (ends: { from: Probe; to: Probe }, about: { isUnderPolicy: boolean }) => number;
  /** The dialler can't dial just then. */
  spoilt?: (ends: { from: Probe; to: Probe }, dial: Dial) => boolean;
  foreign?: string[];
  /** Policies of somebody else that may not be listed. */
  unlisted?: string[];
  /** Nodes where no pod of these names starts. */
  missing?: { name: ProbeName; node: string }[];
  /** Who is dialled through a Service sees another address than the client's. */
  masquerades?: true;
  /** Nodes whose clients get nothing from Services. */
  withoutServices?: string[];
  /** The cluster lets no Services be made. */
  refusesServices?: true;
  /** The cluster lets no second namespace be made. */
  refusesNamespaces?: true;
  /** Which pairs take which ports; left out: any. */
  turn?: number;
  /** How long after labels were changed they count, ms: Infinity, not at all. Left out: at once. */
  labelsAfterMs?: number;
  /** It never learns that a namespace has other labels. */
  missesLabelsOfNamespaces?: true;
}

type Labels = Omit<Rules, 'policies'>;

const namespace = 'flatnet-test';

/** A session with such a cluster, what was made there, and the act of the clauses about policies. */
function enforcing(options: Enforcer = {}): {
  session: Session;
  made: string[][];
  asked: () => number;
} {
  const { inForce = (policies) => policies, lost = () => false, form = 'short', foreign = [], unlisted = [] } = options;
  const labels = labelsRead(options.labelsAfterMs ?? 0);
  let standing: Rules = { policies: [] };
  const ever: Policy[] = [];
  const made: string[][] = [];
  const world = makeWorld({
    nodes: options.nodes ?? 3,
    more: ['guest', 'newcomer'],
    network: (dial, { from, to }) => {
      if (options.spoilt?.({ from, to }, dial) === true)
        return { outcome: 'inconclusive', answered: 0, firstAnswerMs: null, views: [], error: 'EMFILE' };
      const { guestLabels = {}, ...ofPods } = labels.now();
      const about = { namespace, ...ofPods, ...(options.missesLabelsOfNamespaces ? {} : { guestLabels }) };
      const ends = { from: endOf(from, about), to: endOf(to, about) };
      const throughService = !Object.values(to.addresses).includes(dial.address);
      const isServed = !throughService || options.withoutServices?.includes(from.node) !== true;
      const { protocol, port } = dial;
      const policies = inForce(standing.policies, { from, to, protocol, port, throughService }, ever);
      const isOpen = allows(policies, { ...ends, protocol: dial.protocol, port: dial.port }) !== false;
      const share = options.answered?.({ from, to }, { isUnderPolicy: standing.policies.length > 0 }) ?? 1;
      if (isOpen && isServed && share < 1 && protocol === 'UDP')
        return { answered: Math.round(share * (dial.datagrams ?? 1)) };
      if (isOpen && isServed && !lost({ from, to }, dial))
        return throughService && options.masquerades === true ? { views: [masqueraded(to, dial)] } : null;
      return { outcome: 'timeout', answered: 0, firstAnswerMs: null, views: [] };
    },
  });
  const more = (name: ProbeName) => {
    const isMissing = ({ node }: Probe): boolean =>
      options.missing?.some((one) => one.name === name && one.node === node) ?? false;
    const all = world.all.filter((probe) => probe.name === name);
    const missing = all.filter(isMissing).map(({ node }) => ({ node, probe: name, reason: 'no image', kind: 'other' }));
    return { probes: all.filter((probe) => !isMissing(probe)), missing };
  };
  for (const probe of world.all) {
    if (probe.kind === 'pod') probe.hello.port = 8_080;
    if (probe.name === 'guest') probe.namespace = `${namespace}-guests`;
  }
  const traffic = createTraffic({ pace: unlimitedPace });
  const run = createRun();
  const createServices = async (wanted: readonly WantedService[]): Promise<MadeService[]> => {
    if (options.refusesServices === true) throw new Error('no more Services');
    return wanted.map(({ name, pods }, n) => {
      const clusterIP = `198.19.0.${n + 1}`;
      world.byAddress.set(
        clusterIP,
        world.pods.find(({ pod }) => pod === pods[0])!,
      );
      const where = { clusterIP, clusterIPs: { IPv4: clusterIP }, port: 8_080 };
      return { name, pods: [...pods], ...where, nodePorts: { TCP: null, UDP: null } };
    });
  };
  const session = {
    survey: survey({}),
    pods: world.pods,
    nodes: world.nodes,
    families: ['IPv4'],
    roundTripMs: () => traffic.roundTrips.longestMs,
    createServices,
    once: run.once,
    begun: run.begun,
    exchange: (plan: Parameters<Session['exchange']>[0]) => exchange({ ...plan, families: ['IPv4'] }, { traffic }),
    policies: {
      form,
      namespace,
      foreign,
      unlisted,
      stand: async (rules: Rules) => {
        const { policies, ...labelled } = rules;
        made.push(policies.map(({ metadata }) => metadata.name));
        ever.push(...policies);
        labels.change(labelled);
        standing = rules;
      },
      newcomers: async () => {
        const { probes, missing } = more('newcomer');
        return { missing, probes: probes.map((probe) => ({ ...probe, readyAt: performance.now() })) };
      },
      guests: async () => {
        if (options.refusesNamespaces === true) throw new Error('no more namespaces');
        return more('guest');
      },
    },
  } as unknown as Session;
  return { session, made, asked: () => world.asked.length };
}

function masqueraded(to: Probe, { address, port }: Dial): ResponderView {
  return { who: to.hello.identity, local: { address, port }, peer: { address: '198.18.0.1', port: 1 } };
}

/** Labels as somebody knows them who is told of them so late. */
function labelsRead(afterMs: number): { change: (labels: Labels) => void; now: () => Labels } {
  let known: { labels: Labels; from: number }[] = [];
  return {
    change: (labels) => known.push({ labels, from: performance.now() + afterMs }),
    now: () => {
      const last = known.findLastIndex(({ from }) => from <= performance.now());
      known = known.slice(Math.max(0, last));
      return last < 0 ? {} : known[0]!.labels;
    },
  };
}

/**
 * The act on such a cluster, which waits 100 ms at most where some policies are not in force, and 450 ms where labels that pods get never
 * count; far longer where nothing has to be waited out: a busy machine takes its time.
 */
export async function tried(
  options: Enforcer = {},
): Promise<{ session: Session; found: Enforcement; made: string[][] }> {
  const { session, made } = enforcing(options);
  const isWaitedOut = options.labelsAfterMs === Infinity || options.missesLabelsOfNamespaces === true;
  const relabelledMs = isWaitedOut ? 450 : 20_000;
  const usualMs = options.inForce === undefined ? 5_000 : 100;
  const { turn } = options;
  const limits = { usualMs, relabelledMs, servicesMs: 500 };
  const found = await tryPolicies(session, { limits, ...(turn === undefined ? {} : { turn }) });
  // What clauses ask for is this act.
  const withIt = { ...session, once: async () => found } as unknown as Session;
  return { session: withIt, found, made };
}
