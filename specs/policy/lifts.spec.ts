/**
 * > Everything can reach everything.
 *
 * SHOULD: rules that stay behind close a pod that nobody meant to close, and no object in the API says why.
 *
 * Verified by: when the last policy of the run is gone, all dials that were made before the first one are made again, and must be answered as they were then.
 * Would be missed by: looking for policies, of which there are none any more.
 */
import { clause, expect, policiesLifted } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/lifts',
    level: 'SHOULD',
    promise: 'when a network policy is gone, everything can reach everything again',
    needs: ['policies'],
  },
  async (session) => {
    expect(await policiesLifted(session)).to.hold();
  },
);
