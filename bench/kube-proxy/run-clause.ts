/** One run of the clause, as by a user, and what it reported. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Group } from '../../lib/latency/closed-loop/estimate.ts';
import type { Run } from '../../lib/verdict/run.ts';

export interface Said {
  /** The clause's one sentence. */
  sentence: string;
  groups: Group[];
}

const clause = 'services/kube-proxy-latency';

/** Runs `services/kube-proxy-latency` in its short form on the cluster of this kubeconfig. Throws an Error with what the run printed when it has no result. */
export async function runClause({ kubeconfig, signal }: { kubeconfig: string; signal: AbortSignal }): Promise<Said> {
  const reports = await mkdtemp(join(tmpdir(), 'flatnet-bench-'));
  try {
    const args = ['--kubeconfig', kubeconfig, '--clause', clause, '--latency', 'short', '--reports', reports];
    const child = spawn(process.execPath, ['lib/cli/main.ts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await once(child, 'exit');
    signal.throwIfAborted();
    const reported = async <T>(file: string): Promise<T | null> =>
      JSON.parse(await readFile(join(reports, 'latest', file), 'utf8').catch(() => 'null')) as T | null;
    const result = (await reported<Run>('report.json'))?.clauses[0];
    const groups = (await reported<{ groups: Group[] }>('kube-proxy-latency.json'))?.groups;
    if (result === undefined || groups === undefined) throw new Error(`no result:\n${printed}`);
    return { sentence: result.seen, groups };
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}
