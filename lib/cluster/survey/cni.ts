/** Which network plugin is this? Recognised by its pods, by labels and annotations of nodes, or by its interfaces. */
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { Probe, Survey } from '../model.ts';
import { agentsAmong, matchOf, type Agent } from './agents.ts';
import type { Chained } from './chained.ts';
import { byAnnotation, engines, plainRouters, policyOnly, routers, secondary, type Plugin } from './cni-table.ts';

type Cni = Survey['cni'];
type Found = Pick<Cni, 'name' | 'evidence'>;

/** Who routes, and who enforces policies where that is another. `chained`: engines that do not route, or may not. "unknown" when nothing identifies it, or two contradict each other. */
export function detectCni(
  nodes: readonly V1Node[],
  pods: readonly V1Pod[],
  chained: ReadonlyMap<string, Chained> = new Map(),
): Cni {
  const agents = agentsAmong(pods);
  const others = firstOf(policyOnly, agents);
  const router = firstOf(routers, agents) ?? byLabel(nodes);
  const beside = secondary.flatMap((one) => (firstOf([one], agents) === null ? [] : [one.name]));
  const rest = beside.length === 0 ? {} : { beside };
  const plain = firstOf(plainRouters, agents);
  const idle = new Set([...chained.keys(), ...toldNotToRoute(agents)]);
  const running = engines.flatMap((one) => firstOf([one], agents) ?? []);
  const engine = running[0] ?? (router === null && plain === null ? writtenBy(engines, nodes) : null);
  if (router !== null) return { ...router, ...policiesBy(engine ?? others, router), ...rest };
  const leaves = engine === null ? undefined : chained.get(engine.name);
  if (engine !== null && leaves !== undefined) {
    const other = running.find(({ name }) => !idle.has(name)) ?? plain ?? annotated(nodes, idle);
    const routing = leaves.certain ? other : null;
    return { ...(routing ?? leftToAnother(engine, leaves)), policies: engine, ...rest };
  }
  if (plain !== null && engine !== null) return { ...undecided(plain, engine), policies: engine, ...rest };
  const found = engine ?? plain ?? annotated(nodes, idle);
  if (found !== null) return { ...found, ...policiesBy(others, found), ...rest };
  const policies = others === null ? {} : { policies: others };
  return { name: 'unknown', evidence: 'no DaemonSet and no node annotation that is known', ...policies, ...rest };
}

/** The same with what the nodes' own probes see: a plain bridge, set up by no agent. */
export function withLinks(cni: Cni, nodes: readonly Pick<Probe, 'node' | 'hello'>[]): Cni {
  const isUndecided = engines.some(({ name }) => name === cni.policies?.name);
  if (cni.name !== 'unknown' || isUndecided) return cni;
  const isOfPlugin = /^(cilium|lxc|cali|vxlan\.calico|flannel|weave|kube-bridge|antrea|ovn|br-int|kilo|eni|azure)/;
  const links = nodes.flatMap(({ node, hello }) => hello.interfaces.map(({ name }) => ({ node, name })));
  const bridge = links.find(({ name }) => name === 'cni0');
  if (bridge === undefined || links.some(({ name }) => isOfPlugin.test(name))) return cni;
  return { ...cni, name: 'bridge', evidence: `interface cni0 of ${bridge.node}, and ${cni.evidence}` };
}

/** Canal is flannel and Calico in one. */
function policiesBy(policies: Found | null, router: Found): Pick<Cni, 'policies'> {
  return policies === null || [policies.name, 'canal'].includes(router.name) ? {} : { policies };
}

function undecided(one: Found, other: Found): Found {
  return {
    name: 'unknown',
    evidence: `${one.name} (${one.evidence}) and ${other.name} (${other.evidence}) both run, and which of them routes depends on the nodes' files`,
  };
}

function leftToAnother({ name, evidence }: Found, { why }: Chained): Found {
  return { name: 'unknown', evidence: `${name} (${evidence}) is not known to route: ${why}` };
}

function firstOf(plugins: readonly Plugin[], agents: readonly Agent[]): Found | null {
  for (const plugin of plugins) {
    for (const agent of agents) {
      const match = matchOf(plugin, agent);
      if (match === undefined || isToldNotTo(plugin, match.args)) continue;
      const image = match.image ?? agent.containers[0]?.image;
      const evidence = `DaemonSet ${agent.namespace}/${agent.owner}, image ${image || 'unknown'}`;
      return { name: plugin.name, evidence };
    }
  }
  return null;
}

const isToldNotTo = ({ unless }: Plugin, args: string): boolean => unless !== undefined && args.includes(unless);

/** Their annotations are no evidence either. */
function toldNotToRoute(agents: readonly Agent[]): string[] {
  return [...routers, ...plainRouters]
    .filter((plugin) => agents.some((agent) => isToldNotTo(plugin, matchOf(plugin, agent)?.args ?? '')))
    .map(({ name }) => name);
}

/** In EKS Auto Mode the plugin of the VPC runs on the nodes, outside of pods. */
function byLabel(nodes: readonly V1Node[]): Found | null {
  const label = 'eks.amazonaws.com/compute-type';
  const node = nodes.find(({ metadata }) => metadata?.labels?.[label] === 'auto');
  if (node === undefined) return null;
  return { name: 'aws-vpc-cni', evidence: `EKS Auto Mode: label ${label}=auto of node ${node.metadata?.name}` };
}

function annotated(nodes: readonly V1Node[], idle: ReadonlySet<string> = new Set()): Found | null {
  for (const [name, prefix] of byAnnotation) {
    if (idle.has(name)) continue;
    for (const { metadata } of nodes) {
      const key = Object.keys(metadata?.annotations ?? {}).find((one) => one.startsWith(prefix));
      if (key !== undefined) return { name, evidence: `annotation ${key} of node ${metadata?.name}` };
    }
  }
  return null;
}

/** The first plugin of those that annotations name, if it is one of these. */
function writtenBy(plugins: readonly Plugin[], nodes: readonly V1Node[]): Found | null {
  const found = annotated(nodes);
  return plugins.some(({ name }) => name === found?.name) ? found : null;
}
