/**
 * > If you want security, you need to add network policies.
 *
 * SHOULD: as the API defines it. Some implementations enforce what comes in, and ignore what goes out.
 *
 * Verified by: a policy keeps one pod of each node from sending, except to certain pods on one TCP port. Answers to what it is asked itself need no rule. Through ClusterIPs it may reach the same pods as at their own addresses, and no others. With --policies full it may then send to another namespace only, and to all addresses except some pods'.
 * Would be missed by: policies for ingress, and dials to pods' own addresses alone.
 */
import { clause, expect, egressAsWritten } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/egress',
    level: 'SHOULD',
    promise: 'a policy for egress lets out what it allows, and nothing else',
    needs: ['policies'],
  },
  async (session) => {
    expect(await egressAsWritten(session)).to.hold();
  },
);
