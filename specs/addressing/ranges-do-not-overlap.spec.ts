/**
 * > Our cluster (nodes and pods) is one big flat IP network.
 *
 * Pod, service and node ranges are disjoint, and no two nodes share pod addresses.
 *
 * Verified by: the nodes' podCIDRs, the network plugin's pools, ServiceCIDR objects (or the API server's error message) and node addresses, each against all others.
 * Would be missed by: dialling; overlapping ranges break only the addresses that happen to be given out twice.
 */
import { clause, expect, rangesOf } from '../../lib/index.ts';

export default clause(
  {
    id: 'addressing/ranges-do-not-overlap',
    level: 'MUST',
    promise: 'our cluster (nodes and pods) is one big flat IP network: pod, service and node ranges are disjoint',
  },
  async ({ survey }) => {
    expect(rangesOf(survey)).to.hold();
  },
);
