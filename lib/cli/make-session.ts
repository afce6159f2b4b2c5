import type { Deployment, Survey } from '../cluster/index.ts';
import type { Exchanged } from '../mesh/dialled.ts';
import { exchange } from '../mesh/exchange.ts';
import type { ExchangePlan } from '../mesh/plan.ts';
import type { Family } from '../probe/wire.ts';
import type { Session } from '../verdict/session.ts';
import { askProxyModes } from './proxy-modes.ts';

const families: Family[] = ['IPv4', 'IPv6'];

/** What the clauses work with, from what was deployed. Asks every node's kube-proxy for its mode; no API request. */
export async function makeSession(
  deployment: Deployment,
  options: { survey: Survey; freshDeadlineMs: number },
): Promise<Session> {
  const pods = deployment.probes.filter((probe) => probe.kind === 'pod');
  const nodes = deployment.probes.filter((probe) => probe.kind === 'node');
  const spoken = families.filter((family) => pods.some((pod) => pod.addresses[family] !== undefined));
  return {
    survey: options.survey,
    families: spoken,
    pods,
    nodes,
    missing: deployment.missing,
    proxyModes: await askProxyModes(nodes, { configured: options.survey.proxyModeConfigured?.mode ?? null }),
    exchange: sharedExchange(spoken),
    fresh: async () => {
      const { probes, missing, waitedMs } = await deployment.waitFresh({ deadlineMs: options.freshDeadlineMs });
      return { probes, missing, startedInMs: waitedMs };
    },
  };
}

/** One exchange for equal plans: clauses that judge the same dials by different promises share them. */
function sharedExchange(spoken: Family[]): Session['exchange'] {
  const done = new Map<string, Promise<Exchanged>>();
  return (plan) => {
    const key = keyOf(plan);
    const known = key === null ? undefined : done.get(key);
    if (known !== undefined) return known;
    const running = exchange({ ...plan, families: spoken });
    if (key !== null) done.set(key, running);
    return running;
  };
}

function keyOf(plan: Omit<ExchangePlan, 'families'>): string | null {
  if (plan.ports !== undefined || plan.pairs.name === '') return null;
  const uids = (probes: ExchangePlan['from']): string => probes.map((probe) => probe.uid).join(',');
  return [uids(plan.from), uids(plan.to), plan.pairs.name, plan.protocols?.join() ?? '', plan.datagrams ?? ''].join(' ');
}
