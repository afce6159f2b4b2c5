import { nodeAddresses } from '../../lab/addresses.ts';
import { between, chainFault, inFamilyOf } from './chain.ts';

/** A kernel that has a flow with the same addresses and ports already gives the next one another source port. */
export const portChangedOnce = chainFault({
  name: 'a source port changed once',
  node: 'node-1',
  hook: 'nat hook postrouting priority 90',
  rules: ({ podRange }) => {
    const primary = (n: number): string => inFamilyOf(podRange('node-1'), nodeAddresses(n));
    return between([primary(1)], [primary(2)]).map(
      (packets) => `${packets} meta l4proto udp limit rate 1/hour burst 1 packets masquerade fully-random`,
    );
  },
  breaks: {},
  // Under a tunnel its packets are flows, too.
  onlyOn: ['routed', 'flannel-host-gw'],
  verdict: 'conformant',
  says: [],
  tells: [
    /1 of \d+ dials was given another source port on the way, and none of 40 others there was \(from node-1 to node-2/,
  ],
  causes: 0,
  slow: true,
});
