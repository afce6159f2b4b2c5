/**
 * > If you want security, you need to add network policies.
 *
 * SHOULD: what was allowed and no longer is must be denied, and the other way round. How soon that is in force is measured; connections that are open already may stay. Pods that start later are to be closed from the beginning: how long after their Ready they were is measured, and over 10 s is not closed.
 *
 * Verified by: a policy that is in force is edited: other peers, other ports. New dials are made, and those whose outcome the edit reverses are judged. With --policies full, pods, and another namespace, also get a label that a policy selects, and lose it again; and on each node a pod is started that policies in force already close both ways, and that is then opened to some.
 * Would be missed by: policies that are only ever created, and pods that are there before them.
 */
import { clause, expect, editsFollowed } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/follows-changes',
    level: 'SHOULD',
    promise: 'a policy that is edited takes the place of what it said before, and holds for pods that come later',
    needs: ['policies'],
  },
  async (session) => {
    expect(await editsFollowed(session)).to.hold();
  },
);
