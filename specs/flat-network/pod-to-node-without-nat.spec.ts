/**
 * > Pods and nodes must be able to reach each other, without NAT.
 *
 * SHOULD: the network model as taught says *must*; many plugins masquerade here by default (flannel --ip-masq, Calico natOutgoing, kindnet),
 * and today's documentation of Kubernetes no longer forbids it.
 *
 * Verified by: the dials of `flat-network/pod-to-node`: the node sees the pod's own address and port.
 * When a dial through a Service fails later, the path to the same pod is rechecked, without the Service: that counts here as well, even after this clause has passed.
 * Would be missed by: any test that only looks at the answer.
 */
import { clause, everyPair, expect, untranslated } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/pod-to-node-without-nat',
    level: 'SHOULD',
    promise: 'pods and nodes must be able to reach each other, without NAT (pods to nodes)',
    concerns: [{ from: 'pod', to: 'node', expectation: untranslated, delivery: true }],
  },
  async ({ pods, nodes, exchange }) => {
    expect(await exchange({ from: pods, to: nodes, pairs: everyPair })).to.be.untranslated();
  },
);
