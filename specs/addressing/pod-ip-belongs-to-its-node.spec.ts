/**
 * > Our cluster (nodes and pods) is one big flat IP network.
 *
 * INFO: where nodes have pod ranges, does a pod's address lie in that of its node? Then one route per node is all that a network needs. Plugins that assign addresses differently (pools, addresses of the cloud) break no promise.
 *
 * Verified by: the addresses of all pods in the API, the run's own included, against the podCIDRs of their nodes.
 * Would be missed by: nothing; it shows how this network finds its pods.
 */
import { clause, expect, podsInRanges } from '../../lib/index.ts';

export default clause(
  {
    id: 'addressing/pod-ip-belongs-to-its-node',
    level: 'INFO',
    promise:
      'our cluster (nodes and pods) is one big flat IP network: does a pod’s address lie in the range of its node?',
  },
  async ({ survey, pods }) => {
    expect(podsInRanges(survey, pods)).to.hold();
  },
);
