/**
 * What a new flow costs, by the number of Services: `npm run bench:kube-proxy -- [short|full] [Service ports…]`, by default
 * full and 0 100 1000 5000 10000. On the lab that is up, else on labs of its own, iptables and then nftables.
 * Writes a table, a plot and the data to reports/bench-kube-proxy-<mode>; figures are of this machine, at this moment.
 */
import { attachLab, startLab, type Lab } from '../lab/index.ts';
import { connectApi, loadKubeconfig } from '../lib/cluster/index.ts';
import { makeFillers } from './fillers.ts';
import { tableOf, write, type Level, type Mode } from './kube-proxy-report.ts';
import { runClause } from './run-clause.ts';

const [form = 'full', ...counts] = process.argv.slice(2);
const wanted = counts.length === 0 ? [0, 100, 1_000, 5_000, 10_000] : counts.map(Number);

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true));

const attached = await attachLab().catch(() => null);
if (attached) await bench(attached, await modeOf(attached));
else
  for (const proxy of ['iptables', 'nftables'] as const) {
    const lab = await startLab({ nodes: 3, proxy, dualStack: false, topology: 'routed', log: () => {} });
    try {
      await bench(lab, proxy);
    } finally {
      await lab.stop();
    }
  }

async function bench(lab: Lab, mode: Mode): Promise<void> {
  const api = connectApi(loadKubeconfig({ file: lab.kubeconfigPath }));
  const fillers = await makeFillers(api);
  const levels: Level[] = [];
  try {
    for (const services of wanted) {
      if (interrupted) break;
      const started = performance.now();
      await fillers.growTo(services);
      const madeMs = performance.now() - started;
      const measured = await runClause({ kubeconfig: lab.kubeconfigPath, form });
      const rules = await rulesOf(lab, mode);
      console.log(
        `${mode}, ${services} filler ports: made in ${(madeMs / 1000).toFixed(1)} s, ours programmed after ${(measured.programmedMs / 1000).toFixed(1)} s; ${rules}`,
      );
      levels.push({ ...measured, services });
      await write(mode, levels);
    }
  } finally {
    await fillers.remove();
  }
  console.log(tableOf(mode, levels).join('\n'));
}

async function modeOf(lab: Lab): Promise<Mode> {
  const { stdout } = await lab.execInNode(lab.nodes[0]!, ['iptables-save', '-t', 'nat']);
  return stdout.includes('KUBE-SERVICES') ? 'iptables' : 'nftables';
}

/** Proof that the fillers are in the rules of a node that measures. */
async function rulesOf(lab: Lab, mode: Mode): Promise<string> {
  const node = lab.nodes[0]!;
  if (mode === 'iptables') {
    const { stdout } = await lab.execInNode(node, ['iptables-save', '-t', 'nat']);
    const lines = stdout.split('\n').filter((line) => line.startsWith('-A KUBE-SERVICES'));
    return `${lines.length} rules in KUBE-SERVICES on ${node}`;
  }
  const { stdout } = await lab.execInNode(node, ['nft', 'list', 'map', 'ip', 'kube-proxy', 'service-ips']);
  return `${stdout.split('goto').length - 1} entries of service-ips on ${node}`;
}
