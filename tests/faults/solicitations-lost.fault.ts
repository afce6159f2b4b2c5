import { nodeItself } from './breaks.ts';
import { chainFault, othersThan } from './chain.ts';
import type { Fault, Scene } from './fault.ts';
import { sh } from './shell.ts';

const node = 'node-2';

const dropped = chainFault({
  name: 'solicitations lost',
  reported: ['cilium/cilium#46274', 'antrea-io/antrea#5482'],
  node,
  hook: 'filter hook input priority -10',
  rules: () => ['iifname eth0 icmpv6 type nd-neighbor-solicit ip6 daddr ff02::1:ff00:0/104 drop'],
  breaks: { traffic: [{ symptom: 'not met', from: nodeItself(), to: nodeItself(node), family: 'IPv6' }] },
  // Where IPv6 is all there is, the node knows the others already: seen to ask nobody for a whole run, so that nobody learnt of it.
  needs: ['IPv4', 'IPv6'],
  // Elsewhere agents keep talking to each other, or pods' packets travel in IPv4.
  onlyOn: ['routed'],
  says: [/node-2 cannot be found by peers that it has not talked to: .* over IPv6 is lost until then/],
  causes: 1,
  slow: true,
});

/** Nobody is told a node's link-layer address who asks for it; whoever that node talks to learns it. A whole mesh repairs itself in a moment. */
export const solicitationsLost: Fault = {
  ...dropped,
  plant: async (scene: Scene) => {
    await dropped.plant(scene);
    // The node last: what it still knew it would not ask for, so that nobody learnt of it (seen: all IPv6 into it was lost for a whole run).
    for (const one of [...othersThan(node, scene.lab), node]) await sh(scene.lab, one, 'ip -6 neigh flush dev eth0');
  },
};
