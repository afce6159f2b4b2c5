import type { ClauseResult, Run } from '../verdict/run.ts';
import { detailLines } from './clause-line.ts';
import { failureBlocks, groupByCause } from './failure-blocks.ts';
import { htmlStyle } from './html-style.ts';
import { painter } from './paint.ts';
import { standing, type Standing } from './standing.ts';
import { clean, count, duration } from './text.ts';

const marks: Record<Standing, string> = {
  kept: 'kept',
  broken: 'broken',
  finding: 'finding',
  reported: 'info',
  'no verdict': 'no verdict',
  unknown: 'no verdict',
  'not applicable': 'not applicable',
};

/** `report.html`: one file for people, without scripts and without external resources. */
export function html(run: Run): string {
  const color = run.exitCode === 0 ? 'kept' : run.verdict === 'partial' ? 'unknown' : 'broken';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${text(`${run.verdict}: ${run.cluster?.target ?? 'no cluster'}`)}</title>
<style>${htmlStyle}</style>
</head>
<body>
<h1 class="${color}">${text(run.summary)}</h1>
${[failure(run), facts(run), failures(run), clauses(run), nodes(run), notes(run)].filter((part) => part !== '').join('\n')}
</body>
</html>
`;
}

function failure({ failure: why }: Run): string {
  if (why === null) return '';
  return `<p class="broken">${text(why.message)}</p>${why.remedy === null ? '' : `<p>${text(why.remedy)}</p>`}`;
}

function facts(run: Run): string {
  const { cluster } = run;
  const time = Object.entries(run.phases).map(([phase, ms]) => `${phase} ${duration(ms)}`);
  const rows: [string, string][] = [
    ['Started', run.startedAt],
    ['Took', `${duration(run.durationMs)}${time.length === 0 ? '' : ` (${time.join(', ')})`}`],
    ['Suite', [`flatnet ${run.suite.version}`, ...run.suite.command].join(' ')],
  ];
  if (cluster !== null) {
    rows.push(
      ['Cluster', `${cluster.target}, ${cluster.server}, Kubernetes ${cluster.version}`],
      ['Network', `${networkOf(cluster.cni)}; ${cluster.families.join(' and ')}`],
      ['Pods', cluster.podRanges.join(', ')],
      ['Services', cluster.serviceRanges.join(', ')],
    );
  }
  return table([], rows);
}

/** "aws-vpc-cni (DaemonSet …), policies by cilium (DaemonSet …), beside it multus". */
function networkOf({ name, evidence, policies, beside = [] }: NonNullable<Run['cluster']>['cni']): string {
  const enforcer = policies === undefined ? [] : [`policies by ${policies.name} (${policies.evidence})`];
  return [
    `${name} (${evidence})`,
    ...enforcer,
    ...(beside.length === 0 ? [] : [`beside it ${beside.join(', ')}`]),
  ].join(', ');
}

function failures(run: Run): string {
  const failing = run.clauses.filter((clause) => ['broken', 'finding'].includes(standing(clause, run)));
  const blocks = groupByCause(failing, run.causes).map((group) => {
    const worst = group.clauses.some((clause) => standing(clause, run) === 'broken') ? 'broken' : 'finding';
    return `<pre class="${worst}">${text(failureBlocks(group, run, { paint: painter(false), width: 110 }))}</pre>`;
  });
  return blocks.length === 0 ? '' : `<h2>What is not kept</h2>\n${blocks.join('\n')}`;
}

function clauses(run: Run): string {
  if (run.clauses.length === 0) return '';
  const rows = run.clauses.map((clause) => {
    const stands = standing(clause, run);
    const cells = [
      `<td class="${stands.replace(' ', '-')}">${marks[stands]}</td>`,
      `<td><details><summary>${text(clause.id)}</summary>${details(clause, run)}</details></td>`,
      ...[clause.level, count(clause.exchanged.edges, 'edge'), duration(clause.durationMs)].map(
        (cell) => `<td>${text(cell)}</td>`,
      ),
    ];
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<h2>Clauses</h2>\n<table>${rows.join('\n')}</table>`;
}

function details(clause: ClauseResult, run: Run): string {
  const rows: [string, string][] = [
    ['promise', clause.promise],
    ['expected', clause.expected],
    ['seen', clause.seen],
  ];
  if (clause.reason !== null) rows.push(['reason', clause.reason]);
  const lines = detailLines(clause, run);
  return `${table([], rows)}${lines.length === 0 ? '' : `<pre>${lines.map(text).join('\n')}</pre>`}`;
}

function nodes({ cluster }: Run): string {
  if (cluster === null) return '';
  const rows = cluster.nodes.map((node) => [
    node.name,
    node.skipped ?? (node.ready ? 'Ready' : 'not Ready'),
    node.addresses.join(', '),
    node.podCIDRs.join(', '),
    cluster.proxyMode[node.name] ?? '',
    `${node.kubeletVersion}, ${node.containerRuntime}, ${node.kernel}, ${node.arch}`,
  ]);
  return `<h2>Nodes</h2>\n${table(['node', '', 'addresses', 'pods', 'kube-proxy', 'runs'], rows)}`;
}

function notes(run: Run): string {
  if (run.notes.length === 0) return '';
  return `<h2>Notes</h2>\n<ul>${run.notes.map((note) => `<li>${text(note)}</li>`).join('')}</ul>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join('')}</tr>`;
  const heading = head.length === 0 ? '' : row(head, 'th');
  return `<table>${heading}${rows.map((cells) => row(cells, 'td')).join('\n')}</table>`;
}

function text(raw: string): string {
  return clean(raw).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
