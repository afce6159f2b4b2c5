/** The measurement itself: one pair after the other, so that none disturbs another. */
import { channelMs } from '../../cluster/model.ts';
import type { Session } from '../../verdict/session.ts';
import { decode } from './decode.ts';
import { inBpf } from '../../service-paths/in-bpf.ts';
import { askKernels } from '../../service-paths/kernels.ts';
import type { Measured, Series } from './measured.ts';
import { forms, type Form } from '../forms.ts';
import { prepare, type Job, type Prepared } from '../../service-paths/prepare.ts';

/** Below the kernel's ephemeral range and NodePorts, and below those of dials through Services. */
const sourcePorts = { from: 10_000, to: 26_999 };
const sampleTimeoutMs = 1_000;

/** Until kube-proxy has programmed the Services: within the time that a form is said to take. */
const usualPreparingMs = 1_500;

type Needed = Pick<Session, 'pods' | 'nodes' | 'createServices' | 'countServices' | 'proxyModes' | 'survey'>;

/** Measures as the form says, or as `limits` do; what could not be measured is in the remarks. `prepared`: the Services are there already. Throws what `prepare` throws. */
export async function measureLatency(
  session: Needed,
  {
    form,
    seed,
    limits = forms[form],
    prepared,
  }: { form: 'short' | 'full'; seed: number; limits?: Form; prepared?: Promise<Prepared> },
): Promise<Measured> {
  const started = performance.now();
  const [{ tag, jobs, ...about }, inCluster, kernels] = await Promise.all([
    prepared ?? prepare(session, { limits: limits.pairs, seed }),
    session.countServices(),
    askKernels(session.nodes),
  ]);
  const remarks = [...about.remarks];
  const series: Series[] = [];
  const budget = budgetAfter(performance.now() - started, limits);
  const endsAt = performance.now() + budget;
  for (const [n, job] of jobs.entries()) {
    // The probe's warm-up is extra: where it takes long, the last pairs still get some blocks.
    const leastMs = budget / jobs.length / 3;
    const budgetMs = Math.max(leastMs, (endsAt - performance.now()) / (jobs.length - n));
    series.push(...(await measurePair(job, { limits, tag, seed: seed + n, budgetMs, remarks })));
  }
  return {
    form,
    seed,
    series,
    programmed: about.programmed,
    services: { ...about.services, inCluster },
    proxyModes: session.proxyModes,
    beforeKubeProxy: inBpf(session.survey),
    kernels: Object.fromEntries(session.survey.nodes.map(({ name, kernel }) => [name, kernel])),
    conntrack: Object.fromEntries(kernels.map(({ node, conntrack }) => [node, conntrack])),
    remarks,
  };
}

/** A cluster that is slow to program Services gets less time to measure, so that the form takes no longer than it says; but a third of it at least. */
function budgetAfter(preparedMs: number, { budgetMs }: Pick<Form, 'budgetMs'>): number {
  return Math.max(budgetMs / 3, budgetMs - Math.max(0, preparedMs - usualPreparingMs));
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
    if ((record.throttledMs ?? 0) > 0) {
      remarks.push(`${who}: void, a CPU limit throttled the probe for ${Math.round(record.throttledMs ?? 0)} ms`);
      return [];
    }
    return [decode(record, { where, from: from.node, to: to.node })];
  });
}
