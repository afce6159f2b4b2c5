/**
 * > Pods and nodes must be able to reach each other, without NAT.
 *
 * SHOULD: the network model as taught says *must*; a plugin that masquerades all that enters the pod network (flannel's host-gw, by default) also
 * rewrites the source ports of the nodes' own packets, and leaves their address as it is.
 *
 * Verified by: the dials of `flat-network/node-to-pod`: the pod sees the node's own address and port.
 * Would be missed by: any test that looks at addresses alone.
 */
import { clause, everyPair, expect, untranslated } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/node-to-pod-without-nat',
    level: 'SHOULD',
    promise: 'pods and nodes must be able to reach each other, without NAT (nodes to pods, source ports as well)',
    concerns: [{ from: 'node', to: 'pod', expectation: untranslated }],
  },
  async ({ nodes, pods, exchange }) => {
    expect(await exchange({ from: nodes, to: pods, pairs: everyPair })).to.be.untranslated();
  },
);
