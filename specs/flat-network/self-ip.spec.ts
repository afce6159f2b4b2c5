/**
 * > Each pod is aware of its IP address (no NAT).
 *
 * Verified by: four views of each pod's address agree (status.podIPs, the downward API, the pod's own interfaces, what its peers see),
 * and the pod reaches itself at that address.
 * Would be missed by: looking only at the API; a 1:1 translation hides an interface with a different address.
 */
import { clause, everyPair, expect, itself, selfViews, sourceAddressKept } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/self-ip',
    level: 'MUST',
    promise: 'each pod is aware of its IP address (no NAT)',
    concerns: [{ from: 'pod', to: 'pod', expectation: sourceAddressKept }],
  },
  async ({ pods, families, exchange }) => {
    const seenByPeers = await exchange({ from: pods, to: pods, pairs: everyPair });
    expect(selfViews(pods, { families, seenBy: [seenByPeers] })).to.hold();
    expect(await exchange({ from: pods, to: pods, pairs: itself })).to.be.untranslated();
  },
);
