import { ranges } from '../../lab/addresses.ts';
import { nodeItself, podsOf } from './breaks.ts';
import { between, chainFault } from './chain.ts';

/** The default of several plugins: pods reach other nodes under their own node's address. */
export const masqueradeTowardsNodes = chainFault({
  name: 'pod→node masquerade',
  node: 'node-1',
  hook: 'nat hook postrouting priority 90',
  rules: ({ podRange }) =>
    between([podRange('node-1')], Object.values(ranges.nodes)).map((packets) => `${packets} oifname "eth0" masquerade`),
  breaks: {
    traffic: [
      { symptom: 'source address translated', from: podsOf('node-1'), to: nodeItself(), where: 'across nodes' },
    ],
  },
  // The others do it by themselves.
  onlyOn: ['routed'],
  verdict: 'conformant',
  says: [/node-1/, /pod-to-node|from pods/, /by default/],
  causes: 1,
  slow: true,
});
