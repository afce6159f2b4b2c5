import { flannel } from './flannel.ts';
import { routed } from './routed.ts';
import type { Topology } from './topology.ts';

export type { ConnectOptions, Topology } from './topology.ts';

/** Every topology, by the name that the command line knows. */
export const topologies = { routed, flannel } as const satisfies Record<string, Topology>;

export type TopologyName = keyof typeof topologies;

/** Their names; the first is what a lab has unless told. */
export const topologyNames = Object.keys(topologies) as [TopologyName, ...TopologyName[]];
