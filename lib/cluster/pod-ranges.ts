/** From which ranges do pods get their addresses? */
import { z } from 'zod';
import type { Api } from './api.ts';
import { statusOf } from './errors.ts';
import type { NodeFacts, Survey } from './model.ts';

type Ranges = Survey['podRanges'];

const calicoPools = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ cidr: z.string(), disabled: z.boolean().optional() }),
    }),
  ),
});
const ciliumNodes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ ipam: z.object({ podCIDRs: z.array(z.string()).optional() }).optional() }).optional(),
    }),
  ),
});

/** node.spec.podCIDRs; where nodes have none, the plugin's own objects, if it has such and they can be read. */
export async function podRanges(
  api: Api,
  { nodes, cni }: { nodes: readonly NodeFacts[]; cni: string },
): Promise<Ranges> {
  const ofNodes = nodes.flatMap(({ name, podCIDRs }) =>
    podCIDRs.map((range) => ({ range, node: name, source: `node ${name}` })),
  );
  if (ofNodes.length > 0) return ofNodes;
  try {
    if (cni === 'calico') {
      const { items } = calicoPools.parse(
        await api.custom.listClusterCustomObject({ group: 'crd.projectcalico.org', version: 'v1', plural: 'ippools' }),
      );
      return items
        .filter(({ spec }) => !spec.disabled)
        .map(({ metadata, spec }) => ({ range: spec.cidr, node: null, source: `IPPool ${metadata.name}` }));
    }
    if (cni === 'cilium') {
      const { items } = ciliumNodes.parse(
        await api.custom.listClusterCustomObject({ group: 'cilium.io', version: 'v2', plural: 'ciliumnodes' }),
      );
      return items.flatMap(({ metadata, spec }) =>
        (spec?.ipam?.podCIDRs ?? []).map((range) => ({
          range,
          node: metadata.name,
          source: `CiliumNode ${metadata.name}`,
        })),
      );
    }
  } catch (error) {
    const status = statusOf(error);
    if (!(error instanceof z.ZodError) && status !== 403 && status !== 404) throw error;
  }
  return [];
}
