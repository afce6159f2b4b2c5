/**
 * > If you want security, you need to add network policies.
 *
 * SHOULD: as the API defines it. Pods are selected by their own labels, or by these and those of their namespace, both at once. Whether a block of addresses selects pods is left open; what is outside of it, or one of its exceptions, it does not select.
 *
 * Verified by: a closed pod is opened to pods with one label; then instead to pods of its namespace with another. Dials that are judged go to ports that are open to somebody. With --policies full, pods of a second namespace dial and are dialled, too: both selectors in one element mean both, in two elements either. Then peers are blocks of addresses, with some pods as exceptions, or some pods alone.
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
