/** The measurement itself: one pair after the other, so that none is in another's way. */
import { randomBytes } from 'node:crypto';
import type { Probe } from '../cluster/model.ts';
import type { Protocol } from '../probe/wire.ts';
import type { Session } from '../verdict/session.ts';
import { decode } from './decode.ts';
import { askKernels } from './kernels.ts';
import type { Measured, Series } from './measured.ts';
import { choosePairs, forms, type Form, type Pair } from './plan.ts';
import { endsOf, makeTargets, waitUntilProgrammed, type Ends } from './targets.ts';

const protocols: Protocol[] = ['UDP', 'TCP'];
/** Below the range that kernels give away by themselves, and below NodePorts. */
const sourcePorts = { from: 10_000, to: 29_999 };
const sampleTimeoutMs = 1_000;
const channelMs = 20_000;

type Needed = Pick<Session, 'pods' | 'nodes' | 'createServices' | 'countServices' | 'proxyModes' | 'survey'>;

/** Measures as the form says, or as `limits` do; what could not be measured is in the remarks. Throws an Error with one sentence when Services can't be made, or never answer. */
export async function measureLatency(
  session: Needed,
  { form, seed, limits = forms[form] }: { form: 'short' | 'full'; seed: number; limits?: Form },
): Promise<Measured> {
  const { pods, nodes } = session;
  const pairs = choosePairs(pods, { limits: limits.pairs, seed });
  const tag = randomBytes(8).toString('hex');
  const targets = [...new Set(pairs.map(({ to }) => to))];
  const [services, inCluster, told] = await Promise.all([
    makeTargets(session, { targets, tag }),
    session.countServices(),
    askKernels(nodes),
  ]);
  const remarks: string[] = [];
  const jobs = pairs.flatMap((pair) =>
    protocols.map((protocol) => ({ pair, protocol, ends: endsOf(pair, { services, nodes, protocol }) })),
  );
  const programmed = await programAll(jobs, { tag, remarks });
  const series: Series[] = [];
  const endsAt = performance.now() + limits.budgetMs;
  for (const [n, job] of jobs.entries()) {
    const budgetMs = Math.max(0, endsAt - performance.now()) / (jobs.length - n);
    series.push(...(await measurePair(job, { limits, tag, seed: seed + n, budgetMs, remarks })));
  }
  const perTarget = services.get(targets[0]!)?.services.length ?? 0;
  return {
    form,
    seed,
    series,
    programmed,
    services: { made: perTarget * targets.length, perTarget, inCluster },
    proxyModes: session.proxyModes,
    kernels: Object.fromEntries(session.survey.nodes.map(({ name, kernel }) => [name, kernel])),
    conntrack: Object.fromEntries(told.map(({ node, conntrack }) => [node, conntrack])),
    remarks,
  };
}

interface Job {
  pair: Pair;
  protocol: Protocol;
  ends: Ends;
}

/** Every node that dials waits for its own rules. Leaves out the NodePorts of nodes that have none. */
async function programAll(
  jobs: Job[],
  { tag, remarks }: { tag: string; remarks: string[] },
): Promise<Measured['programmed']> {
  const bySource = [...Map.groupBy(jobs, ({ pair }) => pair.from)];
  return Promise.all(
    bySource.map(async ([from, asked]: [Probe, Job[]]) => {
      const { missing, hasNodePorts, slowestMs, paths } = await waitUntilProgrammed(from, { asked, tag });
      if (missing.length > 0)
        throw new Error(
          `${missing.length} of ${paths} paths through Services did not answer ${from.node} within 30 s, the first ${missing[0]}`,
        );
      if (!hasNodePorts) {
        for (const { ends } of asked) for (const service of ends.services) service.nodePort = null;
        remarks.push(`NodePorts do not answer on ${from.node}: not measured from there`);
      }
      return { from: from.node, slowestMs, paths };
    }),
  );
}

async function measurePair(
  { pair, protocol, ends }: Job,
  options: { limits: Form; tag: string; seed: number; budgetMs: number; remarks: string[] },
): Promise<Series[]> {
  const { limits, tag, seed, budgetMs, remarks } = options;
  const { from, to, where } = pair;
  const reply = await from.channel.request(
    {
      kind: 'measure',
      protocol,
      tag,
      ...ends,
      warmUp: limits.warmUp,
      regimes: limits.regimes.map(({ idleMs, blocks, share }) => ({ idleMs, blocks, budgetMs: share * budgetMs })),
      narrowEnough: { ns: 1_000, ofMedian: 0.02 },
      seed,
      sourcePorts,
      timeoutMs: sampleTimeoutMs,
    },
    { deadlineMs: budgetMs + channelMs },
  );
  const who = `${protocol} from ${from.node} to ${where === 'same node' ? 'itself' : to.node}`;
  if (!reply.whole) {
    remarks.push(`${who}: nothing measured: ${reply.reason}`);
    return [];
  }
  return reply.records.flatMap((record) => {
    if (record.kind !== 'measure') return [];
    if ((record.throttledMs ?? 0) > 0) {
      remarks.push(`${who}: void, a CPU limit held the probe for ${Math.round(record.throttledMs ?? 0)} ms`);
      return [];
    }
    return [decode(record, { where, from: from.node, to: to.node })];
  });
}
