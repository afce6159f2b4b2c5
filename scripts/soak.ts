/**
 * `npm run soak -- [runs]`: so many healthy runs in a row (10 by default) on each kind of lab: iptables and nftables,
 * single and dual stack, and flannel. Ends with 1 at the first run that is not conformant, or finds what it should not.
 */
import { isDeepStrictEqual } from 'node:util';
import { startLab } from '../lab/index.ts';
import { duration } from '../lib/report/text.ts';
import { runSuite } from '../tests/support/run-suite.ts';

const runs = Number(process.argv[2] ?? 10);
const kinds = [
  { topology: 'routed', proxy: 'iptables', dualStack: false },
  { topology: 'routed', proxy: 'iptables', dualStack: true },
  { topology: 'routed', proxy: 'nftables', dualStack: false },
  { topology: 'routed', proxy: 'nftables', dualStack: true },
  { topology: 'flannel', proxy: 'iptables', dualStack: true },
] as const;
/** What a healthy run finds: flanneld masquerades towards nodes. */
const findings = { routed: [], flannel: ['flat-network/pod-to-node-without-nat'] };
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());

let healthy = 0;
for (const kind of kinds) {
  if (interruption.signal.aborted || process.exitCode === 1) break;
  const name = `${kind.topology}, ${kind.proxy}, ${kind.dualStack ? 'dual' : 'single'} stack`;
  const lab = await startLab({ ...kind, nodes: 3, log: () => {}, signal: interruption.signal });
  try {
    for (let n = 1; n <= runs && !interruption.signal.aborted; n += 1) {
      const { report, stdout, stderr } = await runSuite(['--kubeconfig', lab.kubeconfigPath, '--latency', 'off'], {
        cancelSignal: interruption.signal,
      });
      const good = report?.verdict === 'conformant' && isDeepStrictEqual(report.findings, findings[kind.topology]);
      console.log(
        `${good ? '✓' : '✗'} ${name}, run ${n} of ${runs}: ${report?.summary ?? 'no report'} (${duration(report?.durationMs ?? 0)})`,
      );
      if (!good) {
        console.log(stdout, stderr);
        process.exitCode = 1;
        break;
      }
      healthy += 1;
    }
  } finally {
    await lab.stop();
  }
}
console.log(`${healthy} of ${runs * kinds.length} runs were healthy`);
if (healthy < runs * kinds.length) process.exitCode = 1;
