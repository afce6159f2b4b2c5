import { chainFault } from './fault.ts';
import { apartFromTheRest } from './red.ts';

/** One protocol on one node. */
export const udpDropped = chainFault({
  name: 'UDP dropped',
  node: 'node-3',
  hook: 'filter hook forward priority -10',
  rules: () => ['iifname "eth0" meta l4proto udp drop', 'oifname "eth0" meta l4proto udp drop'],
  red: apartFromTheRest,
  says: [/node-3/, /over UDP/],
  causes: 2,
});
