/** From which ranges do pods get their addresses? */
import type { V1Pod } from '@kubernetes/client-node';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import { statusOf } from '../api/errors.ts';
import type { NodeFacts, Survey } from '../model.ts';
import { customPage, listAll } from '../api/pages.ts';

type Ranges = Survey['podRanges'];

/** Objects in which a network plugin stores the ranges that it assigns addresses from. */
interface Kind {
  group: string;
  version: string;
  plural: string;
  rangesIn: (list: unknown) => Ranges;
}

const metadata = z.object({ name: z.string() });

const calicoPools = z.object({
  items: z.array(
    z.object({
      metadata,
      spec: z.object({
        cidr: z.string(),
        disabled: z.boolean().optional(),
        allowedUses: z.array(z.string()).optional(),
      }),
    }),
  ),
});
const ciliumNodes = z.object({
  items: z.array(
    z.object({
      metadata,
      spec: z.object({ ipam: z.object({ podCIDRs: z.array(z.string()).optional() }).optional() }).optional(),
    }),
  ),
});
const familyCidrs = z.object({ cidrs: z.array(z.string()).optional() }).optional();
const ciliumPools = z.object({
  items: z.array(z.object({ metadata, spec: z.object({ ipv4: familyCidrs, ipv6: familyCidrs }) })),
});

/** Pools for LoadBalancer Services or tunnels are not for pods. */
const fromCalicoPools = (list: unknown): Ranges =>
  calicoPools
    .parse(list)
    .items.filter(({ spec }) => !spec.disabled && (spec.allowedUses?.includes('Workload') ?? true))
    .map(({ metadata: { name }, spec }) => ({ range: spec.cidr, node: null, source: `IPPool ${name}` }));

const fromCiliumNodes = (list: unknown): Ranges =>
  ciliumNodes
    .parse(list)
    .items.flatMap(({ metadata: { name }, spec }) =>
      (spec?.ipam?.podCIDRs ?? []).map((range) => ({ range, node: name, source: `CiliumNode ${name}` })),
    );

const fromCiliumPools = (list: unknown): Ranges =>
  ciliumPools.parse(list).items.flatMap(({ metadata: { name }, spec }) =>
    [...(spec.ipv4?.cidrs ?? []), ...(spec.ipv6?.cidrs ?? [])].map((range) => ({
      range,
      node: null,
      source: `CiliumPodIPPool ${name}`,
    })),
  );

const calico: Kind[][] = [
  ['crd.projectcalico.org/v1', 'projectcalico.org/v3'].map((one) => {
    const [group = '', version = ''] = one.split('/');
    return { group, version, plural: 'ippools', rangesIn: fromCalicoPools };
  }),
];
/** By plugin: lists of alternatives; of each, the first kind that the cluster has. */
const kinds: Record<string, Kind[][]> = {
  calico,
  'calico-vpp': calico,
  cilium: [
    [{ group: 'cilium.io', version: 'v2', plural: 'ciliumnodes', rangesIn: fromCiliumNodes }],
    ['v2', 'v2alpha1'].map((version) => ({
      group: 'cilium.io',
      version,
      plural: 'ciliumpodippools',
      rangesIn: fromCiliumPools,
    })),
  ],
};

/** node.spec.podCIDRs and the plugin's own objects or settings, if any exist and can be read. Notes say what could not be read. */
export async function podRanges(
  api: Api,
  { nodes, pods, cni }: { nodes: readonly NodeFacts[]; pods: readonly V1Pod[]; cni: string },
): Promise<{ ranges: Ranges; notes: string[] }> {
  const read = await Promise.all((kinds[cni] ?? []).map((alternatives) => firstOf(api, { alternatives, cni })));
  const plugins = [...read.flatMap(({ ranges }) => ranges), ...(cni === 'weave' ? weaveRange(pods) : [])];
  return { ranges: [...rangesOfNodes(nodes, plugins), ...plugins], notes: read.flatMap(({ notes }) => notes) };
}

/** Weave's own default where its manifest sets none. */
function weaveRange(pods: readonly V1Pod[]): Ranges {
  const agent = pods.find((pod) => pod.metadata?.ownerReferences?.some(({ name }) => name === 'weave-net'));
  const set = agent?.spec?.containers
    .flatMap(({ env }) => env ?? [])
    .find(({ name }) => name === 'IPALLOC_RANGE')?.value;
  return [
    { range: set ?? '10.32.0.0/12', node: null, source: set === undefined ? 'Weave’s default' : 'IPALLOC_RANGE' },
  ];
}

/**
 * Where the plugin has ranges of its own, a node's podCIDRs that lie in none of them are unused. Those of a node that has others
 * of the plugin belong to no node.
 */
function rangesOfNodes(nodes: readonly NodeFacts[], plugins: Ranges): Ranges {
  return nodes.flatMap(({ name, podCIDRs }) => {
    const used = plugins.filter(({ node }) => node === name).map(({ range }) => range);
    return podCIDRs
      .filter((range) => !used.includes(range) && !isUnused(range, plugins))
      .map((range) => ({ range, node: used.length === 0 ? name : null, source: `node ${name}` }));
  });
}

function isUnused(range: string, plugins: Ranges): boolean {
  const [address, bits] = ipaddr.parseCIDR(range);
  const same = plugins.map((one) => ipaddr.parseCIDR(one.range)).filter(([other]) => other.kind() === address.kind());
  return same.length > 0 && !same.some(([other, length]) => address.match(other, Math.min(bits, length)));
}

async function firstOf(
  api: Api,
  { alternatives, cni }: { alternatives: Kind[]; cni: string },
): Promise<{ ranges: Ranges; notes: string[] }> {
  const notes: string[] = [];
  for (const { group, version, plural, rangesIn } of alternatives) {
    try {
      const list = async (page: object): Promise<z.infer<typeof customPage>> =>
        customPage.parse(await api.custom.listClusterCustomObject({ group, version, plural, ...page }));
      const ranges = rangesIn({ items: await listAll(list) });
      if (ranges.length > 0) return { ranges, notes: [] };
    } catch (error) {
      const status = statusOf(error);
      const isStrange = error instanceof z.ZodError;
      if (!isStrange && status !== 403 && status !== 404) throw error;
      if (status !== 404)
        notes.push(
          `the address ranges of ${cni} are not all known: ${plural}.${group} ${isStrange ? 'are not of the form that is expected' : 'may not be listed'}`,
        );
    }
  }
  return { ranges: [], notes: notes.slice(0, 1) };
}
