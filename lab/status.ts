import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { controlName } from './addresses.ts';
import { controlPlaneComponents } from './control-plane.ts';
import { nodeComponents } from './node.ts';
import { familiesText } from './families.ts';
import { kubeconfigFile, logOf } from './places.ts';
import { outcomeOf } from './run.ts';
import { nodesOf } from './errors.ts';
import { exitOf } from './spaces.ts';
import type { LabState } from './state.ts';
import { isTopologyName, topologies, type Topology } from './topology/index.ts';

/** One line for the lab, one per node: components with their state, and memory (proportional set size of all processes in the node, pods included). */
export async function statusLines(state: LabState): Promise<string[]> {
  const topology = topologyOf(state);
  const names = [controlName, ...state.nodes];
  const memory = await Promise.all(names.map((name) => memoryOf(state.first[name]?.pid ?? 0)));
  const total = memory.reduce((sum, bytes) => sum + bytes, 0);
  const nodes = await Promise.all(
    names.map(async (name, i) => {
      const components = await Promise.all(
        (name === controlName ? controlPlaneComponents(topology) : nodeComponents(topology)).map((component) =>
          fate(name, component),
        ),
      );
      return `${name.padEnd(8)} ${String(Math.round((memory[i] ?? 0) / 2 ** 20)).padStart(5)} MiB  ${components.join('  ')}`;
    }),
  );
  return [
    `lab of ${nodesOf(state.nodes.length)}, ${state.topology}, ${topology.kubeProxy ? state.proxy : 'no kube-proxy'}, ${familiesText(state.families)}, since ${state.startedAt}`,
    ...nodes,
    `memory in all ${Math.round(total / 2 ** 20)} MiB, ${Math.round(total / 2 ** 20 / state.nodes.length)} MiB a node`,
    `kubeconfig ${kubeconfigFile}`,
  ];
}

/** For a topology that this checkout does not know, only the components of every lab are shown. */
const topologyOf = ({ topology }: LabState): Pick<Topology, 'components' | 'kubeProxy' | 'central'> =>
  isTopologyName(topology) ? topologies[topology] : { components: [], kubeProxy: true };

async function fate(node: string, component: string): Promise<string> {
  const code = await exitOf(node, component);
  return code === undefined
    ? `${component} ${styleText('green', 'up')}`
    : `${component} ${styleText('red', `ended (${code}), log: ${logOf(node, component)}`)}`;
}

// Everything in the node shares the pid namespace of its first process, whatever network namespace its pods have.
async function memoryOf(first: number): Promise<number> {
  const { stdout } = await outcomeOf('sh', [
    '-c',
    `ns=$(readlink /proc/${first}/ns/pid); for p in /proc/[0-9]*; do [ "$(readlink $p/ns/pid)" = "$ns" ] && echo $p; done`,
  ]);
  const rollups = await Promise.all(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((path) => readFile(`${path}/smaps_rollup`, 'utf8').catch(() => '')),
  );
  return rollups.reduce((sum, text) => sum + 1024 * Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0), 0);
}
