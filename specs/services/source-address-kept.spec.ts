/**
 * > Pods must be able to reach each other, without NAT.
 *
 * A pod that answers through a ClusterIP sees the address of the pod that asked: policies, rate limits and logs go by it.
 *
 * SHOULD: kube-proxy translates it when it is configured to (`masqueradeAll`), or does not know which addresses are pods (`clusterCIDR`). What nodes send may be translated.
 *
 * Verified by: the dials of `services/cluster-ip` that pods make: who answers sees the dialling pod's own address; and so does whoever answers what pods dial through ClusterIPs for other clauses. So does a probe on the host network that answers, where the same pod's address is kept on its way to the node without a Service (many plugins masquerade it there: `flat-network/pod-to-node-without-nat`) and through Services with ordinary pods. What a pod sends to itself must be translated, and is left out.
 * Would be missed by: any test that looks at the answer alone, and dials between pods' own addresses.
 */
import { clause, expect, sourceAddressKept, throughClusterIPs } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/source-address-kept',
    level: 'SHOULD',
    promise: 'pods must be able to reach each other, without NAT (the client address, through a ClusterIP)',
    needs: ['services'],
    concerns: [{ from: 'pod', to: 'pod', through: 'ClusterIPs', expectation: sourceAddressKept }],
  },
  async (session) => {
    const { fromPods, onHostNetwork } = await throughClusterIPs(session);
    expect(fromPods).to.meet(sourceAddressKept);
    expect(onHostNetwork.keeping).to.meet(sourceAddressKept);
  },
);
