/**
 * > If you want security, you need to add network policies; the network implementation that you use needs to support them.
 *
 * SHOULD: nobody has to support them, and the API accepts them all the same. Where they are ignored that is one finding, and the other clauses about policies do not apply.
 *
 * Verified by: a policy closes one pod of each node. The same dials to it are answered before, denied while it is in force (silence, or a refusal), and answered again when it is gone.
 * Would be missed by: creating one, which works everywhere. A dial that was not answered before proves nothing, and is reported as such.
 */
import { clause, expect, policiesSupported } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/supported',
    level: 'SHOULD',
    promise: 'the network implementation supports network policies',
    needs: ['policies'],
  },
  async (session) => {
    expect(await policiesSupported(session)).to.hold();
  },
);
