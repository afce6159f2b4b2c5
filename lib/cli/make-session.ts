import {
  changePodsBehind,
  countServices,
  createServices,
  behindDns,
  findApiService,
  findDns,
  nodeByAddress,
  foreignPolicies,
  readyPods,
  serversBehind,
  type Api,
  type Deployment,
  type Marks,
  type Probe,
  type Survey,
} from '../cluster/index.ts';
import type { Destination } from '../mesh/destination.ts';
import type { Exchanged } from '../mesh/dialled.ts';
import { exchange, partOf } from '../mesh/exchange.ts';
import { speakOver } from '../mesh/held/speak.ts';
import { families, type Family } from '../conversations/basics.ts';
import type { Traffic } from '../mesh/traffic.ts';
import type { OngoingRun } from '../verdict/create-run.ts';
import type { PoliciesForm, Session } from '../verdict/session.ts';
import { decidingBeside, forbiddingApiService, forbiddingDns, withDoubts } from './doubts.ts';
import { askProxyModes } from './proxy-modes.ts';
import { runPolicies } from './run-policies.ts';

/** What a session passes on from its run. */
type SharedByClauses = Pick<Session, 'once' | 'begun' | 'attach'> &
  Pick<OngoingRun, 'traffic' | 'saw' | 'breaksPromise' | 'note'>;

/** For pods that a clause has made: of its 300 s most are for dials. */
const moreDeadlineMs = 60_000;

/** What the clauses work with, made from the deployed probes. Asks every node's kube-proxy for its mode; makes no API request before a clause needs one. */
export async function makeSession(
  deployment: Deployment,
  options: {
    run: SharedByClauses;
    api: Api;
    namespace: string;
    survey: Survey;
    freshDeadlineMs: number;
    /** Makes the run's second namespace, and returns its name. */
    furtherNamespace: () => Promise<string>;
    policies: PoliciesForm;
    podsOnly: boolean;
    marks: Marks;
  } & Pick<Session, 'latency' | 'holdMs' | 'headroom' | 'say'>,
): Promise<Session> {
  const { run, api, namespace } = options;
  const pods = deployment.probes.filter((probe) => probe.kind === 'pod');
  const nodes = deployment.probes.filter((probe) => probe.kind === 'node');
  const spoken = familiesOf(options.survey, pods);
  let moved: ReturnType<Session['movedPod']> | null = null;
  const doubts = {
    ...options,
    policies: deployment.policies,
    missing: deployment.missing,
  };
  return {
    survey: options.survey,
    families: spoken,
    pods,
    nodes,
    missing: deployment.missing,
    proxyModes: await askProxyModes(nodes, { configured: options.survey.proxyModeConfigured?.mode ?? null }),
    exchange: heard(withDoubts(sharedExchange([...pods, ...nodes], { spoken, traffic: run.traffic }), doubts), run),
    roundTripMs: () => run.traffic.roundTrips.longestMs,
    breaksPromise: run.breaksPromise,
    latency: options.latency,
    speakOver: heard(
      withDoubts(async (opened: Exchanged) => speakOver(opened, run.traffic), doubts),
      run,
    ),
    holdMs: options.holdMs,
    headroom: options.headroom,
    policies: runPolicies(api, {
      namespace,
      pods,
      marks: options.marks,
      form: options.policies,
      ...decidingBeside(deployment.policies),
      newcomers: async () => deployment.addNewcomers({ deadlineMs: moreDeadlineMs }),
      guests: async () => deployment.addGuests(await options.furtherNamespace(), { deadlineMs: moreDeadlineMs }),
    }),
    say: options.say,
    once: run.once,
    begun: run.begun,
    attach: run.attach,
    createServices: (services) => createServices(api, { namespace, services, marks: options.marks, onNote: run.note }),
    changePodsBehind: (change) => changePodsBehind(api, { namespace, ...change }),
    clusterDns: () => findDns(api),
    forbiddingDns: async ({ namespace: where, selector }) => {
      const its = { namespace: where, namespaceLabels: {}, pods: [selector], areOthers: true as const };
      return forbiddingDns(deployment.policies, { onItsPods: await foreignPolicies(api, { run: its }) });
    },
    behindDns: (dns) => behindDns(api, dns),
    apiService: () => findApiService(api),
    apiServers: async () => {
      const nodeOf = nodeByAddress(options.survey.owners, nodes);
      return (await serversBehind(api))?.map((one) => ({ ...one, node: nodeOf(one.address) })) ?? null;
    },
    forbiddingApiService: (from) => forbiddingApiService(deployment.policies, from),
    readyPods: () => readyPods(api, namespace),
    countServices: () => countServices(api, { except: namespace }),
    movedPod: () => (moved ??= deployment.movePod()),
    fresh: async () => {
      const { probes, missing, waitedMs } = await deployment.waitFresh({ deadlineMs: options.freshDeadlineMs });
      return { probes, missing, startedInMs: waitedMs };
    },
  };
}

/** Families that pods have, or should have: those in which both pods and Services have ranges. */
function familiesOf({ podRanges, serviceRanges }: Survey, pods: Probe[]): Family[] {
  const has = (ranges: { range: string }[], family: Family): boolean =>
    ranges.some(({ range }) => range.includes(':') === (family === 'IPv6'));
  return families.filter(
    (family) =>
      pods.some((pod) => pod.addresses[family] !== undefined) || (has(podRanges, family) && has(serviceRanges, family)),
  );
}

/** What it finds is told to all promises that it bears on. */
function heard<P>(
  dial: (plan: P) => Promise<Exchanged>,
  { saw }: Pick<OngoingRun, 'saw'>,
): (plan: P) => Promise<Exchanged> {
  return async (plan) => {
    const exchanged = await dial(plan);
    saw(exchanged);
    return exchanged;
  };
}

/**
 * The probes that exist from the start dial each other once, all with all and all at once; clauses that ask for some of
 * these dials share them, and each judges by its own promise. Where half the network is dead, its time-outs are waited for once.
 */
function sharedExchange(
  probes: Probe[],
  { spoken, traffic }: { spoken: Family[]; traffic: Traffic },
): Session['exchange'] {
  const standing = new Set<Probe | Destination>(probes);
  let mesh: Promise<Exchanged> | null = null;
  return async (plan) => {
    const isShared =
      plan.ports === undefined &&
      plan.maxPairs === undefined &&
      plan.datagrams === undefined &&
      plan.protocols === undefined &&
      plan.families === undefined &&
      plan.sizes === undefined &&
      plan.under === undefined &&
      plan.firstContact === undefined &&
      plan.recheck === undefined &&
      [...plan.from, ...plan.to].every((one) => standing.has(one));
    if (!isShared) return exchange({ families: spoken, ...plan }, { traffic });
    mesh ??= exchange({ from: probes, to: probes, pairs: () => true, families: spoken }, { traffic });
    return partOf(await mesh, { ...plan, families: spoken });
  };
}
