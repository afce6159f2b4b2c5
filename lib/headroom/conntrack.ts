import type { NodeKernel } from '../service-paths/kernels.ts';

/** `NodeHighNumberConntrackEntriesUsed` of node_exporter's mixin warns above this share. */
export const conntrackWarning = 0.75;

/** How full a node's connection tracking is. */
export interface Fill {
  node: string;
  count: number;
  max: number;
  /** Of 1. */
  share: number;
}

/** Cilium's maps: 10 to 512 k flows each by default; their size and fill are known to its agent alone. */
export const flowsElsewhere =
  "can't tell: pods' flows are tracked in the network plugin's own BPF maps (cilium-dbg bpf ct list global), not in conntrack";

/** The nodes that report it, the fullest first. */
export function fillsOf(kernels: readonly NodeKernel[]): Fill[] {
  return kernels
    .flatMap(({ node, conntrack }) =>
      conntrack === null || conntrack.max === 0 ? [] : [{ node, ...conntrack, share: conntrack.count / conntrack.max }],
    )
    .toSorted((a, b) => b.share - a.share);
}

/** "conntrack of node-2, the fullest, holds …". */
export function fillWords({ node, count, max, share }: Fill): string {
  return `conntrack of ${node}, the fullest, holds ${count} of ${max} (${(100 * share).toFixed(1)} %; node_exporter's mixin warns above ${100 * conntrackWarning} %)`;
}
