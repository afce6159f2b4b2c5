/** One mode of kube-proxy on its own lab, level after level. */
import { availableParallelism, release } from 'node:os';
import { startLab, type Lab, type LabOptions } from '../../lab/index.ts';
import { makeFillers, type Fillers } from './fillers.ts';
import { limits, portsPerStep } from './options.ts';
import { measureLevel } from './measure-level.ts';
import type { OnCluster } from '../../lib/cli/on-cluster.ts';
import type { Measured } from '../../lib/latency/closed-loop/measured.ts';
import { withProbes } from './with-probes.ts';
import { mostRules, waitForRules } from './rules.ts';
import { slopesOf, type MeasuredLevel } from './slopes.ts';
import { writeRaw } from './write.ts';
import type { Level, Mode, Proxy } from './curve.ts';

/** Three make six pairs of two nodes: with fewer than four pairs an interval is too narrow. */
const nodes = 3;
const seed = 3866;

interface Asked {
  proxy: Proxy;
  services: readonly number[];
  seconds: number;
  signal: AbortSignal;
}

/** Measures every level; `onLevel` gets the results so far after each, so that a broken run keeps them. The slopes come last, with the lab gone. */
export async function benchMode({
  onLevel,
  ...asked
}: Asked & { onLevel: (mode: Mode) => Promise<void> }): Promise<Mode> {
  const { proxy, services, signal } = asked;
  const taken: MeasuredLevel[] = [];
  const lab = await startLab({ nodes, ...networkOf(proxy), families: ['IPv4'], log: () => {}, signal });
  let mode: Mode;
  try {
    mode = await describe(lab, asked);
    await withProbes(lab, { signal }, async (cluster) => {
      const fillers = await makeFillers(cluster.api);
      for (const number of services) {
        const result = await measure(number, { ...asked, lab, cluster, fillers }).catch((error: unknown) => {
          signal.throwIfAborted();
          return error instanceof Error ? error.message : String(error);
        });
        if (typeof result === 'string') {
          mode = { ...mode, notReached: [{ services: number, reason: result }] };
          console.log(`  ${number}: ${result}`);
          break;
        }
        const { level, measured } = result;
        taken.push({ services: number, measured });
        mode = { ...mode, levels: [...mode.levels, level] };
        await writeRaw(proxy, { services: number, measured });
        await onLevel(mode);
        tell(level);
      }
    });
  } finally {
    await lab.stop();
  }
  return { ...mode, slopes: slopesOf(taken) };
}

function networkOf(proxy: Proxy): Pick<LabOptions, 'proxy' | 'topology'> {
  return proxy === 'cilium' ? { proxy: 'iptables', topology: 'cilium-kube-proxy-free' } : { proxy, topology: 'routed' };
}

async function measure(
  services: number,
  { proxy, seconds, signal, lab, cluster, fillers }: Asked & { lab: Lab; cluster: OnCluster; fillers: Fillers },
): Promise<{ level: Level; measured: Measured }> {
  // Those of the previous level: the counted and the measured Services must be the same at each level.
  const { api, namespace, session } = cluster;
  await api.core.deleteCollectionNamespacedService({ namespace });
  const { makeMs, programMs } = await grow(services, { proxy, signal, lab, fillers });
  const { measured, ...result } = await measureLevel(session, { services, seconds, seed: seed + services });
  return { level: { services, rules: await mostRules(lab, proxy), makeMs, programMs, ...result }, measured };
}

/** Step after step, each programmed before the next: iptables-restore 1.8.9 (nf_tables) was not done with 30,000 new ports at once after 180 s; 5,000 take it 15 s. */
async function grow(
  services: number,
  { proxy, signal, lab, fillers }: Pick<Asked, 'proxy' | 'signal'> & { lab: Lab; fillers: Fillers },
): Promise<{ makeMs: number; programMs: number }> {
  const taken = { makeMs: 0, programMs: 0 };
  for (const ports of stepsBetween(fillers.made(), services)) {
    const started = performance.now();
    await fillers.growTo(ports, { signal: AbortSignal.any([signal, AbortSignal.timeout(limits.makeS * 1000)]) });
    const made = performance.now();
    await waitForRules(lab, { proxy, namespace: fillers.namespace, ports, deadlineMs: limits.rulesS * 1000, signal });
    taken.makeMs += Math.round(made - started);
    taken.programMs += Math.round(performance.now() - made);
  }
  return taken;
}

function stepsBetween(from: number, to: number): number[] {
  const between = Array.from(
    { length: Math.ceil((to - from) / portsPerStep) },
    (_, n) => from + (n + 1) * portsPerStep,
  );
  return [...between.filter((ports) => ports < to), to];
}

async function describe(lab: Lab, { proxy, seconds }: Asked): Promise<Mode> {
  const tool = { iptables: 'iptables', nftables: 'nft', cilium: 'cilium-agent' }[proxy];
  const { stdout } = await lab.execInNode(lab.nodes[0]!, [tool, '--version']);
  return {
    proxy,
    measuredAt: new Date().toISOString(),
    kernel: release(),
    // What cilium-agent says of its build is of no use here.
    tool: stdout.trim().replace(/ unknown unknown.*/, ''),
    cores: availableParallelism(),
    nodes,
    seconds,
    levels: [],
    notReached: [],
    slopes: [],
  };
}

function tell({ services, rules, makeMs, programMs, load }: Level): void {
  const [made, programmed] = [makeMs, programMs].map((ms) => `${(ms / 1000).toFixed(1)} s`);
  const loads = load.map((one) => one.toFixed(1)).join(' to ');
  console.log(
    `  ${services}: made in ${made}, in every node's rules ${programmed} later (${rules} Service ports in all); load ${loads}`,
  );
}
