import { podsOf } from './breaks.ts';
import { between, chainFault, othersThan } from './chain.ts';

/** What R1 of the field does by mistake: pods of one node leave it under the node's address. */
export const masqueradeBetweenPods = chainFault({
  name: 'masquerade between pods',
  node: 'node-2',
  hook: 'nat hook postrouting priority 90',
  rules: ({ podRange, lab }) =>
    between([podRange('node-2')], othersThan('node-2', lab).map(podRange)).map((packets) => `${packets} masquerade`),
  breaks: {
    traffic: [
      { symptom: 'source address translated', from: podsOf('node-2'), to: podsOf(), where: 'across nodes' },
      // Two pods that use one source port towards one port: under one address, one of the two is changed.
      { symptom: 'source port translated', from: podsOf('node-2'), to: podsOf(), where: 'across nodes', share: 1e-6 },
      // Once an idle flow of UDP is forgotten (30 s), what its server sends is a flow of its own, and masqueraded.
      {
        symptom: 'forgotten',
        from: podsOf('node-2'),
        to: podsOf(),
        where: 'across nodes',
        protocol: 'UDP',
        later: true,
      },
    ],
  },
  says: [/node-2/, /masquerade/, /pod-to-pod|from pods/],
  causes: 3,
  slow: true,
});
