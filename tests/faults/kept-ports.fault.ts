import { podsOf } from './breaks.ts';
import { chainFault, sentBy, type Chain } from './chain.ts';
import type { Fault } from './fault.ts';

/** The guard of a plugin's own tunnel, as Calico has it by default: what pods send to VXLAN's port is dropped. */
const kept = (name: string, { node, tells, slow }: { node: Chain['node']; tells: RegExp; slow?: true }): Fault =>
  chainFault({
    name,
    reported: ['srl-labs/containerlab#1613', 'confidential-containers/cloud-api-adaptor#251'],
    node,
    hook: 'filter hook forward priority -10',
    rules: ({ podRanges }, own) => sentBy(podRanges(own)).map((packets) => `${packets} udp dport 4789 drop`),
    breaks: {
      traffic: [
        {
          symptom: 'lost',
          from: podsOf(node ?? undefined),
          protocol: 'UDP',
          ports: [4_789, 4_789],
        },
      ],
    },
    verdict: 'conformant',
    says: [],
    tells: [tells],
    causes: 0,
    ...(slow === undefined ? {} : { slow }),
  });

export const portsKept = kept('a port kept by the plugin', {
  node: null,
  tells: /kept from pods on every node: UDP 4789 \(VXLAN\)/,
  slow: true,
});
export const portsKeptOnOneNode = kept('a port kept on one node', {
  node: 'node-2',
  tells: /UDP port 4789 \(VXLAN\) is lost from node-2 to node-2, from node-2 to node-3, and passes /,
});
