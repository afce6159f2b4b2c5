/**
 * > Pods and nodes must be able to reach each other, without NAT.
 *
 * Nodes reach pods, under their own address. Whether their source ports are kept, too, is a separate clause: `flat-network/node-to-pod-without-nat`.
 *
 * Verified by: every node dials every probe pod, its own included, over TCP and UDP; both ends see the same two addresses and the same destination port,
 * whichever of its addresses the node dials from.
 * When a dial through a Service fails later, the path to the same pod is rechecked, without the Service: that counts here as well, even after this clause has passed.
 * Would be missed by: kubelet probes, which only cross a node's own bridge.
 */
import { addressesKept, clause, everyPair, expect } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/node-to-pod',
    level: 'MUST',
    promise: 'pods and nodes must be able to reach each other, without NAT (nodes to pods)',
    concerns: [{ from: 'node', to: 'pod', expectation: addressesKept, delivery: true }],
  },
  async ({ nodes, pods, exchange }) => {
    expect(await exchange({ from: nodes, to: pods, pairs: everyPair })).to.meet(addressesKept);
  },
);
