import { podsCutOff } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';

/** One node forwards IPv4 and not IPv6: half of a dual-stack cluster works. */
export const ipv6NotForwarded = chainFault({
  name: 'IPv6 only',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => [`meta nfproto ipv6 iifname != ${bridges} drop`, `meta nfproto ipv6 oifname != ${bridges} drop`],
  needs: ['IPv4', 'IPv6'],
  breaks: { traffic: podsCutOff('node-2', { family: 'IPv6' }) },
  says: [/node-2 does not forward IPv6/],
  causes: 1,
  slow: true,
});
