/** With 5,000 Service ports in iptables mode, does the clause say what is true? */
import { startLab } from '../../lab/index.ts';
import type { Difference, Group } from '../../lib/latency/estimate.ts';
import { connectApi, loadKubeconfig } from '../../lib/cluster/index.ts';
import { differenceOf } from '../../lib/latency/words.ts';
import { makeFillers } from './fillers.ts';
import { limits } from './options.ts';
import { waitForRules } from './rules.ts';
import { runClause, type Said } from './run-clause.ts';

const ports = 5_000;
const proxy = 'iptables';

/** Runs the clause without fillers and with them, prints what it said and what must hold; false when something does not. */
export async function prove({ signal }: { signal: AbortSignal }): Promise<boolean> {
  console.log(`The clause in its short form with no and with ${ports} Service ports, ${proxy}: about 2 min.`);
  const lab = await startLab({ nodes: 3, proxy, dualStack: false, topology: 'routed', log: () => {}, signal });
  try {
    const kubeconfig = lab.kubeconfigPath;
    const few = await runClause({ kubeconfig, signal });
    const fillers = await makeFillers(connectApi(loadKubeconfig({ file: kubeconfig })));
    await fillers.growTo(ports, { signal });
    const { namespace } = fillers;
    await waitForRules(lab, { proxy, namespace, ports, deadlineMs: limits.rulesS * 1000, signal });
    const many = await runClause({ kubeconfig, signal });
    console.log(`  0: ${few.sentence}\n  ${ports}: ${many.sentence}`);
    const facts = factsOf({ few, many });
    for (const { fact, holds } of facts) console.log(`${holds ? '✓' : '✗'} ${fact}`);
    return facts.every(({ holds }) => holds);
  } finally {
    await lab.stop();
  }
}

function factsOf({ few, many }: { few: Said; many: Said }): { fact: string; holds: boolean }[] {
  const cost = (said: Said, path: Difference['path']) => of(said, 'new minus established', path);
  const rises = (path: Difference['path']): boolean => cost(many, path).lower > cost(few, path).upper;
  const seen = of(many, 'new, minus pod IP', 'cluster-ip');
  return [
    { fact: 'a new flow by pod IP costs more than without them', holds: rises('pod-ip') },
    { fact: 'a new flow by ClusterIP costs more than without them', holds: rises('cluster-ip') },
    { fact: 'the sentence says that both paths pay', holds: many.sentence.includes('on both paths') },
    {
      fact: 'ClusterIP less pod IP is not said to be the cost',
      holds: seen.estimate < cost(many, 'pod-ip').lower / 2 && !/ClusterIP less pod IP: \+/.test(many.sentence),
    },
  ];
}

/** UDP to another node, back to back: where the short form's intervals are narrowest. */
function of({ groups }: Said, ...[name, path]: [Difference['name'], Difference['path']]): Difference {
  const group = groups.find((one: Group) => one.where === 'other node' && one.protocol === 'UDP' && one.idleMs === 0);
  const found = group && differenceOf(group, name, path);
  if (!found) throw new Error(`${name} by ${path} was not measured`);
  return found;
}
