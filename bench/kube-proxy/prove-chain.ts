/** With 5,000 Service ports in iptables mode, is the clause right? */
import { startLab } from '../../lab/index.ts';
import type { Difference, DifferenceName, Group } from '../../lib/latency/closed-loop/estimate.ts';
import { connectApi, loadKubeconfig } from '../../lib/cluster/index.ts';
import { brief, measured, type Fact } from './facts.ts';
import { makeFillers } from './fillers.ts';
import { limits } from './options.ts';
import { waitForRules } from './rules.ts';
import { runClause, type Said } from './run-clause.ts';

const ports = 5_000;
const proxy = 'iptables';

/** Runs the clause in its short form without fillers and with them, on its own lab. */
export async function proveChain({ signal }: { signal: AbortSignal }): Promise<Fact[]> {
  console.log(`The clause with no and with ${ports} Service ports that nobody dials, ${proxy}: about 2 min.`);
  const lab = await startLab({ nodes: 3, proxy, families: ['IPv4'], topology: 'routed', log: () => {}, signal });
  try {
    const kubeconfig = lab.kubeconfigPath;
    const few = await runClause({ kubeconfig, signal });
    const fillers = await makeFillers(connectApi(loadKubeconfig({ file: kubeconfig })));
    await fillers.growTo(ports, { signal });
    const { namespace } = fillers;
    await waitForRules(lab, { proxy, namespace, ports, deadlineMs: limits.rulesS * 1000, signal });
    const many = await runClause({ kubeconfig, signal });
    console.log(`  0: ${few.sentence}\n  ${ports}: ${many.sentence}`);
    return factsOf({ few, many });
  } finally {
    await lab.stop();
  }
}

function factsOf({ few, many }: { few: Said; many: Said }): Fact[] {
  const rise = (path: Difference['path']): Pick<Fact, 'holds' | 'seen'> => {
    const [before, after] = [of(few, 'new minus established', path), of(many, 'new minus established', path)];
    return { holds: after.lower > before.upper, seen: `${brief(before)}, then ${brief(after)} µs` };
  };
  const both = udpOf(many).map((group) => ({
    cost: measured(group, 'new minus established', 'pod-ip'),
    seen: measured(group, 'new, minus pod IP', 'cluster-ip'),
  }));
  return [
    { fact: 'a new flow by pod IP costs more than without them', ...rise('pod-ip') },
    { fact: 'a new flow by ClusterIP costs more than without them', ...rise('cluster-ip') },
    {
      fact: 'the sentence says that both paths pay',
      holds: many.sentence.includes('on both paths'),
      seen: many.sentence.split('; ')[0]!,
    },
    {
      fact: 'ClusterIP minus pod IP is not said to be the cost',
      holds: both.every(({ cost, seen: { finding } }) => finding.kind !== 'at least' || finding.x < cost.lower / 2),
      seen: both.map(({ cost, seen }) => `${brief(seen)} µs, beside ${brief(cost)} by pod IP alone`).join('; '),
    },
  ];
}

/** UDP to another node: back to back, where the short form's intervals are narrowest, and paced. */
function udpOf({ groups }: Said): Group[] {
  return groups.filter(({ where, protocol }) => where === 'other node' && protocol === 'UDP');
}

function of(said: Said, ...about: [DifferenceName, Difference['path']]): Difference {
  const group = udpOf(said).find(({ idleMs }) => idleMs === 0);
  if (!group) throw new Error('UDP to another node was not measured');
  return measured(group, ...about);
}
