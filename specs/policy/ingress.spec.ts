/**
 * > If you want security, you need to add network policies.
 *
 * SHOULD: as the API defines it. A pod that a policy selects for ingress receives what some policy allows, and nothing else; pods that none selects receive everything.
 *
 * Verified by: one pod of each node is closed, then opened for some pods and one port, by a second policy beside the first. What every dial must do is read off the policies by a model of the API; through a ClusterIP it is the same as to the pod behind it, as long as that pod sees the client's own address.
 * Would be missed by: looking at the pod that is closed, and not at the one beside it; or at its own address, and not at its Service's.
 */
import { clause, expect, ingressAsWritten } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/ingress',
    level: 'SHOULD',
    promise: 'a policy for ingress lets in what it allows, and nothing else',
    needs: ['policies'],
  },
  async (session) => {
    expect(await ingressAsWritten(session)).to.hold();
  },
);
