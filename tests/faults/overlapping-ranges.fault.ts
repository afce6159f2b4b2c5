import type { Fault } from './fault.ts';

const name = 'node-with-a-foreign-range';

/** A node joined with the pod range of another, as by a podCIDR set by hand. It never becomes Ready. */
export const overlappingRanges: Fault = {
  name: 'overlapping ranges',
  when: 'before',
  plant: async ({ api, podRange }) => {
    const podCIDR = podRange('node-1');
    await api.core.createNode({ body: { metadata: { name }, spec: { podCIDR, podCIDRs: [podCIDR] } } });
  },
  undo: async ({ api }) => void (await api.core.deleteNode({ name }).catch(() => undefined)),
  breaks: { facts: ['ranges overlap'] },
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/node-1/, new RegExp(name), /overlap/],
  causes: 1,
};
