/** Does what enforces policies route as well, or has it left that to another plugin? */
import type { V1EnvVar, V1Node, V1Pod } from '@kubernetes/client-node';
import { agentsAmong, matchOf, type Agent } from './agents.ts';
import { byAnnotation, engines } from './cni-table.ts';
import { configMapsRead, type ConfigMapName, type ReadConfigMap } from './config-maps.ts';

interface Chained {
  /** "ConfigMap kube-system/cilium-config has cni-chaining-mode generic-veth". */
  why: string;
  /** false: what would say so may not be read. */
  certain: boolean;
}

/** By name, those of `engines` that do not route, or may not. A request for Cilium's ConfigMap, and one for Calico's where its backend is there. */
export async function chainedEngines(
  read: ReadConfigMap,
  { nodes, pods }: { nodes: readonly V1Node[]; pods: readonly V1Pod[] },
): Promise<ReadonlyMap<string, Chained>> {
  const agents = agentsAmong(pods);
  const [cilium, calico] = await Promise.all([
    hasCilium(nodes, agents) ? chainedCilium(read, ciliumNamespace(pods)) : null,
    chainedCalico(read, agentsOf('calico', agents)),
  ]);
  const found = { cilium, calico, antrea: chainedAntrea(agentsOf('antrea', agents)) };
  return new Map(Object.entries(found).flatMap(([name, chained]) => (chained === null ? [] : [[name, chained]])));
}

/** Where Cilium's agents run, and so its ConfigMap is. */
export const ciliumNamespace = (pods: readonly V1Pod[]): string =>
  agentsOf('cilium', agentsAmong(pods))[0]?.namespace ?? 'kube-system';

const agentsOf = (name: string, agents: readonly Agent[]): Agent[] =>
  agents.filter((agent) => engines.some((one) => one.name === name && matchOf(one, agent) !== undefined));

function hasCilium(nodes: readonly V1Node[], agents: readonly Agent[]): boolean {
  const prefixes = byAnnotation.filter(([name]) => name === 'cilium').map(([, prefix]) => prefix);
  const keys = nodes.flatMap(({ metadata }) => Object.keys(metadata?.annotations ?? {}));
  return agentsOf('cilium', agents).length > 0 || keys.some((key) => prefixes.some((one) => key.startsWith(one)));
}

/** portmap is called after Cilium, for host ports only: Cilium routes all the same. */
const ciliumRoutes: ReadonlySet<string> = new Set(['', 'none', 'portmap']);

async function chainedCilium(read: ReadConfigMap, namespace: string): Promise<Chained | null> {
  const data = await read('cilium-config', namespace);
  const where = `ConfigMap ${namespace}/cilium-config`;
  if (data === 'forbidden') return { why: `${where} may not be read`, certain: false };
  const mode = data?.['cni-chaining-mode'] ?? '';
  return ciliumRoutes.has(mode) ? null : { why: `${where} has cni-chaining-mode ${mode}`, certain: true };
}

/** On Windows the agent has a backend of its own: one that routes is enough. Without any it is "bird". */
async function chainedCalico(read: ReadConfigMap, agents: readonly Agent[]): Promise<Chained | null> {
  const name = 'CALICO_NETWORKING_BACKEND';
  const set = agents.flatMap(({ owner, namespace, containers }) =>
    containers.flatMap(({ env }) => env.filter((one) => one.name === name).map((one) => ({ one, owner, namespace }))),
  );
  const backends = await Promise.all(set.map(({ one, namespace }) => valueOf(one, { read, namespace })));
  const [first] = set;
  if (first === undefined || backends.some((value) => value !== 'none' && value !== 'forbidden')) return null;
  const owner = `DaemonSet ${first.namespace}/${first.owner}`;
  return backends.includes('forbidden')
    ? { why: `the ConfigMap with ${name} of ${owner} may not be read`, certain: false }
    : { why: `${owner} has ${name} none`, certain: true };
}

async function valueOf(
  { value, valueFrom }: V1EnvVar,
  { read, namespace }: { read: ReadConfigMap; namespace: string },
): Promise<string> {
  const { name, key } = valueFrom?.configMapKeyRef ?? {};
  if (key === undefined) return value ?? '';
  const data = isRead(name) ? await read(name, namespace) : 'forbidden';
  return data === 'forbidden' ? data : (data?.[key] ?? '');
}

const isRead = (name: string | undefined): name is ConfigMapName => configMapsRead.some((one) => one === name);

/** With trafficEncapMode networkPolicyOnly, its pods add it to the other plugin's configuration. */
function chainedAntrea(agents: readonly Agent[]): Chained | null {
  const chaining = agents.find(({ containers, initArgs }) =>
    [initArgs, ...containers.map(({ args }) => args)].some((args) => args.includes('install_cni_chaining')),
  );
  if (chaining === undefined) return null;
  return { why: `DaemonSet ${chaining.namespace}/${chaining.owner} runs install_cni_chaining`, certain: true };
}

export type { Chained };
