import { nodeAddresses } from '../../lab/addresses.ts';
import { nodeItself, podsOf } from './breaks.ts';
import { between, chainFault, inFamilyOf, othersThan } from './chain.ts';

/** What a plugin without a tunnel does by default: a node's own packets into the pod network are masqueraded, under the address that they have anyway. */
export const sourcePortsOfANode = chainFault({
  name: 'source ports of a node',
  node: 'node-1',
  hook: 'nat hook postrouting priority 90',
  rules: ({ podRange, lab }) =>
    between([inFamilyOf(podRange('node-1'), nodeAddresses(1))], othersThan('node-1', lab).map(podRange)).map(
      (packets) => `${packets} masquerade fully-random`,
    ),
  breaks: {
    traffic: [{ symptom: 'source port translated', from: nodeItself('node-1'), to: podsOf(), where: 'across nodes' }],
  },
  // flanneld's tunnels give such packets an address of their own, and without a tunnel it does the same itself.
  onlyOn: ['routed'],
  verdict: 'conformant',
  says: [/node-1/, /masqueraded/, /not their port/],
  causes: 1,
  slow: true,
});
