import { chainFault } from './fault.ts';

/** A FORWARD policy of DROP: the node itself is reachable, its pods are not. */
export const oneNodeCutOff = chainFault({
  name: 'one node cut off',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => ['iifname "eth0" drop', 'oifname "eth0" drop'],
  red: [
    'flat-network/pod-to-pod-across-nodes',
    'flat-network/node-to-pod',
    'flat-network/pod-to-node',
    'flat-network/pod-to-node-without-nat',
    'flat-network/new-pods-join',
    'protocols/tcp-and-udp-on-any-port',
  ],
  says: [/node-2/, /forward/i],
  causes: 2,
});
