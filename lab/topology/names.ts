/** Every topology by the name that the command lines know, told in a few words. The first is what a lab has unless told. */
export const topologyTexts = {
  routed: 'a bridge and host routes',
  flannel: 'flannel with VXLAN',
} as const satisfies Record<string, string>;

export type TopologyName = keyof typeof topologyTexts;

/** Their names. */
export const topologyNames = Object.keys(topologyTexts) as [TopologyName, ...TopologyName[]];

/** Whether this checkout knows a topology of that name. */
export const isTopologyName = (name: string): name is TopologyName => Object.hasOwn(topologyTexts, name);
