/**
 * > If you want security, you need to add network policies.
 *
 * SHOULD: what was allowed and no longer is must be denied, and the other way round. How soon that is in force is measured; connections that are open already may stay.
 *
 * Verified by: a policy that is in force is edited: other peers, other ports. New dials are made, and those whose outcome the edit reverses are judged. With --policies full, pods also get a label that a policy selects, and lose it again.
 * Would be missed by: policies that are only ever created.
 */
import { clause, expect, editsFollowed } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/follows-changes',
    level: 'SHOULD',
    promise: 'a policy that is edited takes the place of what it said before',
    needs: ['policies'],
  },
  async (session) => {
    expect(await editsFollowed(session)).to.hold();
  },
);
