/** Which network plugin is this? Recognised by its pods, by labels and annotations of nodes, or by its interfaces. */
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { Probe, Survey } from '../model.ts';
import { byAnnotation, engines, plainRouters, policyOnly, routers, secondary, type Plugin } from './cni-table.ts';

type Cni = Survey['cni'];
type Found = Pick<Cni, 'name' | 'evidence'>;

interface Agent {
  owner: string;
  namespace: string;
  containers: { image: string; args: string }[];
}

/** Who routes, and who enforces policies where that is another. "unknown" when nothing identifies it, or two contradict each other. */
export function detectCni(nodes: readonly V1Node[], pods: readonly V1Pod[]): Cni {
  const agents = pods.flatMap(agentOf);
  const engine = firstOf(engines, agents);
  const others = firstOf(policyOnly, agents);
  const router = firstOf(routers, agents) ?? byLabel(nodes);
  const beside = secondary.flatMap((one) => (firstOf([one], agents) === null ? [] : [one.name]));
  const rest = beside.length === 0 ? {} : { beside };
  if (router !== null) return { ...router, ...policiesBy(engine ?? others, router), ...rest };
  const plain = firstOf(plainRouters, agents);
  if (plain !== null && engine !== null) return { ...undecided(plain, engine), policies: engine, ...rest };
  const byNodes = annotated(nodes);
  const found = engine ?? plain ?? (byNodes?.name === others?.name ? null : byNodes);
  if (found !== null) return { ...found, ...policiesBy(others, found), ...rest };
  const evidence = 'no DaemonSet and no node annotation that is known';
  return { name: 'unknown', evidence, ...(others === null ? {} : { policies: others }), ...rest };
}

/** The same with what the nodes' own probes see: a plain bridge, set up by no agent. */
export function withLinks(cni: Cni, nodes: readonly Pick<Probe, 'node' | 'hello'>[]): Cni {
  if (cni.name !== 'unknown' || cni.policies !== undefined) return cni;
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

function agentOf({ metadata, spec }: V1Pod): Agent[] {
  const owner = metadata?.ownerReferences?.find(({ kind }) => kind === 'DaemonSet');
  if (owner === undefined || spec?.hostNetwork !== true) return [];
  const containers = spec.containers.map(({ image = '', command = [], args = [], env = [] }) => ({
    image,
    args: [...command, ...args, ...env.map(({ name, value = '' }) => `${name}=${value}`)].join(' '),
  }));
  return [{ owner: owner.name, namespace: metadata?.namespace ?? '', containers }];
}

function firstOf(plugins: readonly Plugin[], agents: readonly Agent[]): Found | null {
  for (const { name, word, unless } of plugins) {
    for (const { owner, namespace, containers } of agents) {
      const named = containers.find(({ image }) => word.test(image));
      if (named === undefined && !word.test(owner)) continue;
      const args = (named === undefined ? containers : [named]).map((one) => one.args).join(' ');
      if (unless !== undefined && args.includes(unless)) continue;
      const image = named?.image ?? containers[0]?.image;
      return { name, evidence: `DaemonSet ${namespace}/${owner}, image ${image || 'unknown'}` };
    }
  }
  return null;
}

/** In EKS Auto Mode the plugin of the VPC runs on the nodes, outside of pods. */
function byLabel(nodes: readonly V1Node[]): Found | null {
  const label = 'eks.amazonaws.com/compute-type';
  const node = nodes.find(({ metadata }) => metadata?.labels?.[label] === 'auto');
  if (node === undefined) return null;
  return { name: 'aws-vpc-cni', evidence: `EKS Auto Mode: label ${label}=auto of node ${node.metadata?.name}` };
}

function annotated(nodes: readonly V1Node[]): Found | null {
  for (const [name, prefix] of byAnnotation) {
    for (const { metadata } of nodes) {
      const key = Object.keys(metadata?.annotations ?? {}).find((one) => one.startsWith(prefix));
      if (key !== undefined) return { name, evidence: `annotation ${key} of node ${metadata?.name}` };
    }
  }
  return null;
}
