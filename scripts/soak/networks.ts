/** What the suite says of each network that the lab has, as it is shipped: docs/networks.md. */
import { topologyTable } from '../../lab/topology/names.ts';
import { healthyOn } from '../../tests/support/healthy.ts';
import { type Circumstance, circumstances, furtherNetworks } from './circumstances.ts';
import { type Row, runsIn } from './row.ts';
import { ends, table } from './table.ts';

/** A row per network, kube-proxy's mode and families, with the runs that said exactly that. */
export function networksOf(rows: readonly Row[]): string {
  const ofThreeNodes = [...circumstances, ...furtherNetworks].filter(
    ({ lab, busyLoops, pauseMs }) => lab.nodes === 3 && busyLoops === 0 && pauseMs > 0,
  );
  const lines = Object.keys(topologyTable).flatMap((topology) =>
    ofThreeNodes.filter(({ lab }) => lab.topology === topology).map((circumstance) => lineOf(circumstance, rows)),
  );
  const what = Object.entries(topologyTable).map(([name, { text }]) => `* \`${name}\`: ${text}`);
  return `# Networks of the lab

What a default run, with \`--latency off\`, has to say of each on three nodes, unmodified and healthy: findings are true of that network, and why is in \`tests/support/healthy.ts\`. The last columns tell how often it was seen. Runs are those of [soak.md](soak.md) (\`npm run soak\`, and \`npm run soak -- 1 --networks\` for those that it leaves out), good ones are those that said exactly this; many ran while other labs were up on the same machine, so that their seconds are no measure of the suite. Made by \`npm run soak -- --write\`.

${table(['network', 'kube-proxy', 'families', 'verdict', 'findings', 'runs', 'good', 'median'], lines)}

${what.join('\n')}
`;
}

function lineOf({ name, lab }: Circumstance, rows: readonly Row[]): (string | number)[] {
  const { verdict, findings } = healthyOn(lab);
  const row = rows.find(({ circumstance, fault }) => circumstance === name && fault === null);
  const [median = '–'] = row === undefined ? [] : ends([row]);
  return [
    lab.topology,
    topologyTable[lab.topology].kubeProxy ? lab.proxy : 'none',
    lab.families.join(', '),
    verdict,
    findings.map((id) => `\`${id}\``).join(', ') || 'none',
    row === undefined ? 'never' : runsIn(row),
    row === undefined ? '–' : row.goodMs.length,
    median,
  ];
}
