/** One run of the clause, as a user would, and what it left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Group } from '../lib/latency/estimate.ts';
import type { Run } from '../lib/verdict/run.ts';

export interface Measurement {
  groups: Group[];
  /** From the making of its Services to the last answer of the slowest path on the slowest node. */
  programmedMs: number;
  /** A row a block, by column name; empty cells are null. */
  blocks: Record<string, string>[];
}

/** Runs `services/kube-proxy-latency` on the cluster of this kubeconfig. Throws an Error with what the run said when it has no result. */
export async function runClause({ kubeconfig, form }: { kubeconfig: string; form: string }): Promise<Measurement> {
  const reports = await mkdtemp(join(tmpdir(), 'flatnet-bench-'));
  try {
    const args = [
      '--kubeconfig',
      kubeconfig,
      '--clause',
      'services/kube-proxy-latency',
      '--latency',
      form,
      '--reports',
      reports,
    ];
    const child = spawn(process.execPath, ['lib/cli/main.ts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(child, 'exit');
    const report = JSON.parse(
      await readFile(join(reports, 'latest/report.json'), 'utf8').catch(() => 'null'),
    ) as Run | null;
    const data = report?.clauses[0]?.data as { groups: Group[]; programmed: { slowestMs: number }[] } | undefined;
    if (data?.groups === undefined) throw new Error(`no result:\n${said}`);
    const csv = await readFile(join(reports, 'latest/kube-proxy-latency.csv'), 'utf8');
    return {
      groups: data.groups,
      programmedMs: Math.max(...data.programmed.map(({ slowestMs }) => slowestMs)),
      blocks: rowsOf(csv),
    };
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

function rowsOf(csv: string): Record<string, string>[] {
  const [head = '', ...lines] = csv
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']));
  });
}
