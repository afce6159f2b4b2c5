import { chainFault } from './fault.ts';
import { apartFromTheRest } from './red.ts';

/** A FORWARD policy of DROP: the node itself is reachable, its pods are not. */
export const oneNodeCutOff = chainFault({
  name: 'one node cut off',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => ['iifname "eth0" drop', 'oifname "eth0" drop'],
  red: apartFromTheRest,
  says: [/node-2/, /forward/i],
  causes: 2,
});
