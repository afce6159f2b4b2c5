import { chainFault } from './fault.ts';

/** The pods of one node can't reach each other, but everybody else. */
export const sameNodeDropped = chainFault({
  name: 'same node',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => ['iifname "cni0" oifname "cni0" drop'],
  red: ['flat-network/pod-to-pod-same-node', 'flat-network/new-pods-join', 'protocols/tcp-and-udp-on-any-port'],
  says: [/within node-2/, /keeps its own pods apart/],
  causes: 1,
});
