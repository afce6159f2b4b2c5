import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controlName, mostNodes, type NodeAddresses, nodeAddresses } from './addresses.ts';
import { buildComponents } from './build/components.ts';
import { buildImageStore } from './build/image-store.ts';
import { duration, type Output } from './build/progress.ts';
import { writeCertificates } from './certificates.ts';
import { completeControlPlane, startControlPlane } from './control-plane.ts';
import { buildDns, startDns } from './dns.ts';
import { interrupted, LabError, nodesOf, wrongOption } from './errors.ts';
import { type Family, familiesText } from './families.ts';
import { layNetwork } from './network.ts';
import { completeNode, type NodeOptions, startNode } from './node.ts';
import { labFolder, sourceFolder } from './places.ts';
import { raiseLimits } from './limits.ts';
import { noteNamespacesFolder } from './namespaces-folder.ts';
import { keepLogs } from './keep-logs.ts';
import { checkPrerequisites } from './prerequisites.ts';
import { waitUntilReady } from './ready.ts';
import { anythingLeft, removeLab } from './remove.ts';
import { startServices } from './spaces.ts';
import { claim, type LabState, writeState } from './state.ts';
import { topologies, type TopologyName } from './topology/index.ts';
import { topologyTable } from './topology/names.ts';

export interface BringUpOptions {
  readonly nodes: number;
  readonly proxy: 'iptables' | 'nftables';
  /** IP families of pods, nodes and Services, the primary one first. */
  readonly families: readonly Family[];
  readonly topology: TopologyName;
  /** CoreDNS as the cluster's DNS; left out: none. */
  readonly dns?: boolean | undefined;
  /** True when the lab is to be removed after this process, should it die without doing so itself. */
  readonly owned: boolean;
  readonly output: Output;
  readonly signal?: AbortSignal | undefined;
}

/** Makes a lab from nothing to ready, with its prerequisites (tools, binaries, images) where they are missing. On failure or abort nothing stays. */
export async function bringUp(options: BringUpOptions): Promise<LabState> {
  const { output, signal } = options;
  if (!Number.isInteger(options.nodes) || options.nodes < 1 || options.nodes > mostNodes)
    throw wrongOption(`A lab of ${options.nodes} nodes cannot be made`, `a number from 1 to ${mostNodes}`);
  if (options.families.includes('IPv6') && !topologyTable[options.topology].ipv6)
    throw wrongOption(`${options.topology} carries IPv4 only`, 'it with --families ipv4, or another topology');
  if (options.proxy !== 'iptables' && !topologyTable[options.topology].kubeProxy)
    throw wrongOption(`${options.topology} runs no kube-proxy`, 'it without --proxy, or another topology');
  await checkPrerequisites(
    { goNeeded: await goNeeded(), tools: topologies[options.topology].tools, families: options.families },
    output.line,
  );
  const nodes = Array.from({ length: options.nodes }, (_, i) => nodeAddresses(i + 1));
  const { state, leftovers } = await claim({
    owned: options.owned,
    nodes: nodes.map((node) => node.name),
    proxy: options.proxy,
    topology: options.topology,
    families: [...options.families],
  });
  try {
    if (leftovers || (await anythingLeft())) {
      output.line('Clearing what an earlier lab left behind');
      await removeLab({ keepState: true });
    }
    const components = await buildComponents(output, signal);
    const store = await buildImageStore(components, output, signal);
    const binaries = {
      ...(await topologies[options.topology].build(output, signal)),
      ...(options.dns === true ? await buildDns(output, signal) : {}),
    };
    if (signal?.aborted) throw interrupted();
    const started = performance.now();
    output.line(
      `Starting ${nodesOf(nodes.length)} (Kubernetes ${await kubernetesVersion()}, ${options.topology}, ${topologies[options.topology].kubeProxy ? options.proxy : 'no kube-proxy'}, ${familiesText(options.families)})`,
    );
    await raiseLimits(nodes.length, output.line);
    await noteNamespacesFolder();
    const up = await start(state, nodes, { ...options, components, store, binaries });
    output.line(`Lab ready: ${nodesOf(nodes.length)} in ${duration(performance.now() - started)}`);
    return up;
  } catch (error) {
    // Failing to keep the logs (a full disk) must not prevent the lab's removal.
    const kept = signal?.aborted ? undefined : await keepLogs().catch(() => undefined);
    await removeLab();
    if (signal?.aborted) throw interrupted();
    throw error instanceof LabError && kept !== undefined ? error.withLogsIn(labFolder, kept) : error;
  }
}

async function start(
  state: LabState,
  nodes: readonly NodeAddresses[],
  options: BringUpOptions & Pick<NodeOptions, 'components' | 'store' | 'binaries'>,
): Promise<LabState> {
  const { families, signal } = options;
  const topology = topologies[options.topology];
  await mkdir(labFolder, { recursive: true, mode: 0o700 });
  await allDone([
    writeCertificates(nodes, { users: topology.users, families }),
    layNetwork(nodes, { families, topology }),
  ]);
  if (signal?.aborted) throw interrupted();
  const [control, ...others] = await allDone([
    startControlPlane({ ...options, topology }),
    ...nodes.map((node) => startNode(node, { ...options, topology })),
  ]);
  const first = Object.fromEntries(
    [controlName, ...nodes.map((node) => node.name)].map((name, i) => [name, [control, ...others][i]!]),
  );
  await writeState({ ...state, first });
  const api = await completeControlPlane(control!, { nodes, families, signal });
  await topology.register(api, nodes, families);
  if (topology.central) await startServices(control!, topology.central.components);
  await allDone(nodes.map((node, i) => completeNode(node, others[i]!, { topology, all: nodes, families, signal })));
  await waitUntilReady(api, nodes, { topology, families, signal });
  if (options.dns === true) await startDns(api, { families, signal });
  const up: LabState = { ...state, phase: 'up', first };
  await writeState(up);
  return up;
}

// Waits for all before it throws for one: nothing may be added while the lab is being removed.
async function allDone<T>(steps: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(steps);
  return Promise.all(steps);
}

const goMod = () => readFile(join(sourceFolder, 'go.mod'), 'utf8');
const goNeeded = async (): Promise<string> => /^go ([\d.]+)$/m.exec(await goMod())?.[1] ?? '1.26';
const kubernetesVersion = async (): Promise<string> => /k8s\.io\/kubernetes (v[\d.]+)/.exec(await goMod())?.[1] ?? '';
