import { chainFault } from './fault.ts';

/** What R1 of the field does by mistake: pods of one node leave it under the node's address. */
export const masqueradeBetweenPods = chainFault({
  name: 'masquerade between pods',
  node: 'node-2',
  hook: 'nat hook postrouting priority 90',
  rules: ({ podRange }) => [
    `ip saddr ${podRange('node-2')} ip daddr { ${podRange('node-1')}, ${podRange('node-3')} } oifname "eth0" masquerade`,
  ],
  red: ['flat-network/pod-to-pod-across-nodes', 'flat-network/self-ip', 'flat-network/new-pods-join'],
  // Two pods that use one source port towards one port: under one address, one of the two is changed.
  mayBeRed: ['protocols/tcp-and-udp-on-any-port'],
  says: [/node-2/, /masquerade/, /pod-to-pod|from pods/],
  causes: 3,
});
