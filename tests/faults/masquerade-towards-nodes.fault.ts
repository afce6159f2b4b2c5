import { chainFault } from './fault.ts';

/** The default of several plugins: pods reach other nodes under their own node's address. */
export const masqueradeTowardsNodes = chainFault({
  name: 'pod→node masquerade',
  node: 'node-1',
  hook: 'nat hook postrouting priority 90',
  rules: ({ podRange }) => [`ip saddr ${podRange('node-1')} ip daddr 198.18.0.0/24 oifname "eth0" masquerade`],
  red: ['flat-network/pod-to-node-without-nat'],
  verdict: 'conformant',
  says: [/node-1/, /pod-to-node|from pods/, /by default/],
  causes: 1,
});
