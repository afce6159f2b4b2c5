/** From which ranges do pods get their addresses? */
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

/** By plugin: lists of alternatives; of each, the first kind that the cluster has. */
const kinds: Record<string, Kind[][]> = {
  calico: [
    ['crd.projectcalico.org/v1', 'projectcalico.org/v3'].map((one) => {
      const [group = '', version = ''] = one.split('/');
      return { group, version, plural: 'ippools', rangesIn: fromCalicoPools };
    }),
  ],
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

/** node.spec.podCIDRs and the plugin's own objects, if any exist and can be read. Notes say what could not be read. */
export async function podRanges(
  api: Api,
  { nodes, cni }: { nodes: readonly NodeFacts[]; cni: string },
): Promise<{ ranges: Ranges; notes: string[] }> {
  const read = await Promise.all((kinds[cni] ?? []).map((alternatives) => firstOf(api, { alternatives, cni })));
  const plugins = read.flatMap(({ ranges }) => ranges);
  return { ranges: [...rangesOfNodes(nodes, plugins), ...plugins], notes: read.flatMap(({ notes }) => notes) };
}

/** Where the plugin has other ranges for a node, the node's own podCIDRs are unused: they belong to no node and overlap with no other node's. */
function rangesOfNodes(nodes: readonly NodeFacts[], plugins: Ranges): Ranges {
  return nodes.flatMap(({ name, podCIDRs }) => {
    const used = plugins.filter(({ node }) => node === name).map(({ range }) => range);
    return podCIDRs
      .filter((range) => !used.includes(range))
      .map((range) => ({ range, node: used.length === 0 ? name : null, source: `node ${name}` }));
  });
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
