/**
 * > Pods and nodes must be able to reach each other, without NAT.
 *
 * Pods reach nodes. Whether they do so without NAT is a separate clause: `flat-network/pod-to-node-without-nat`.
 *
 * Verified by: every probe pod dials every node, its own included, over TCP and UDP, and the node answers.
 * When a dial through a Service fails later, the path to the same pod is rechecked, without the Service: that counts here as well, even after this clause has passed.
 * Would be missed by: dialling the pod's own node only; reverse-path filters drop what comes from other nodes' pods.
 */
import { clause, delivered, everyPair, expect } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/pod-to-node',
    level: 'MUST',
    promise: 'pods and nodes must be able to reach each other (pods to nodes)',
    concerns: [{ from: 'pod', to: 'node', expectation: delivered, delivery: true }],
  },
  async ({ pods, nodes, exchange }) => {
    expect(await exchange({ from: pods, to: nodes, pairs: everyPair })).to.be.delivered();
  },
);
