/**
 * Where the time of a run goes: `npm run bench:run-time -- [runs] [nodes…]`, by default 3 runs on 3 nodes and 3 on 5.
 * Brings up labs of its own. Prints medians in seconds; figures are of this machine, at this moment.
 */
import { startLab } from '../lab/index.ts';
import type { Run } from '../lib/verdict/run.ts';
import { runSuite } from '../tests/support/run-suite.ts';

const [runs = 3, ...sizes] = process.argv.slice(2).map(Number);

for (const nodes of sizes.length === 0 ? [3, 5] : sizes) {
  const started = performance.now();
  const lab = await startLab({ nodes, proxy: 'iptables', dualStack: false, topology: 'routed', log: () => {} });
  const upMs = performance.now() - started;
  try {
    const reports: Run[] = [];
    for (let n = 0; n < runs; n += 1) {
      const { report } = await runSuite(['--kubeconfig', lab.kubeconfigPath, '--latency', 'off']);
      if (report !== null) reports.push(report);
    }
    print({ nodes, upMs, reports });
  } finally {
    await lab.stop();
  }
}

function print({ nodes, upMs, reports }: { nodes: number; upMs: number; reports: Run[] }): void {
  const phases = [...new Set(reports.flatMap((report) => Object.keys(report.phases)))];
  const verdicts = reports.map((report) => report.verdict).join(', ');
  console.log(`\n${nodes} nodes, ${reports.length} runs (${verdicts}); the lab was up in ${seconds(upMs)}`);
  for (const phase of phases) line(phase, median(reports.map((report) => report.phases[phase] ?? 0)));
  line('in all', median(reports.map((report) => report.durationMs)));
  console.log(
    `  ${'API requests'.padEnd(14)}${String(median(reports.map(({ apiRequests }) => apiRequests.total))).padStart(9)}`,
  );
}

function line(name: string, ms: number): void {
  console.log(`  ${name.padEnd(14)}${seconds(ms).padStart(9)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function median(numbers: number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
