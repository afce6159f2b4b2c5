/**
 * > Everything can reach everything. If you want security, you need to add network policies.
 *
 * Without a NetworkPolicy that selects it, a pod receives from everybody and sends to everybody.
 *
 * Verified by: every pod and every node dials every pod, while no policy of the run is in force.
 * Would be missed by: a look at the policies that there are. A plugin that denies by default, or a cluster-wide policy, is in no namespace.
 */
import { clause, everyPair, expect } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/open-by-default',
    level: 'MUST',
    promise: 'everything can reach everything, as long as no network policy says otherwise',
  },
  async ({ pods, nodes, exchange }) => {
    expect(await exchange({ from: [...pods, ...nodes], to: pods, pairs: everyPair })).to.be.delivered();
  },
);
