/**
 * > If you want security, you need to add network policies.
 *
 * SHOULD: as the API defines it. Pods are selected by their own labels, or by these and those of their namespace, both at once.
 *
 * Verified by: a closed pod is opened to pods with one label; then instead to pods of its namespace with another. Dials that are judged go to ports that are open to somebody.
 * Would be missed by: a policy that allows everybody, or nobody.
 */
import { clause, expect, peersAsWritten } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/peers',
    level: 'SHOULD',
    promise: 'a policy opens a pod to the peers that it selects, and to no others',
    needs: ['policies'],
  },
  async (session) => {
    expect(await peersAsWritten(session)).to.hold();
  },
);
