import { podsCutOff } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';

/** A FORWARD policy of DROP: the node itself is reachable, its pods are not. */
export const oneNodeCutOff = chainFault({
  name: 'one node cut off',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => [`iifname != ${bridges} drop`, `oifname != ${bridges} drop`],
  breaks: { traffic: podsCutOff('node-2') },
  says: [/node-2/, /forward/i],
  causes: 1,
});
