import { chainFault } from './fault.ts';

/** One protocol on one node. */
export const udpDropped = chainFault({
  name: 'UDP dropped',
  node: 'node-3',
  hook: 'filter hook forward priority -10',
  rules: () => ['iifname "eth0" meta l4proto udp drop', 'oifname "eth0" meta l4proto udp drop'],
  red: [
    'flat-network/pod-to-pod-across-nodes',
    'flat-network/node-to-pod',
    'flat-network/pod-to-node',
    'flat-network/pod-to-node-without-nat',
    'flat-network/new-pods-join',
    'protocols/tcp-and-udp-on-any-port',
  ],
  says: [/node-3/, /over UDP/],
  causes: 2,
});
