/**
 * > Pods and nodes must be able to reach each other, without NAT.
 *
 * SHOULD: the network model as taught says *must*; a plugin that masquerades everything that enters the pod network (flannel's host-gw, by default) also
 * rewrites the source ports of the nodes' own packets, but not their address.
 *
 * Verified by: the dials of `flat-network/node-to-pod`: the pod sees the node's own address and port.
 * When a dial through a Service fails later, the path to the same pod is rechecked, without the Service: that counts here as well, even after this clause has passed.
 * Would be missed by: any test that only looks at addresses.
 */
import { clause, everyPair, expect, untranslated } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/node-to-pod-without-nat',
    level: 'SHOULD',
    promise: 'pods and nodes must be able to reach each other, without NAT (nodes to pods, source ports as well)',
    concerns: [{ from: 'node', to: 'pod', expectation: untranslated, delivery: true }],
  },
  async ({ nodes, pods, exchange }) => {
    expect(await exchange({ from: nodes, to: pods, pairs: everyPair })).to.be.untranslated();
  },
);
