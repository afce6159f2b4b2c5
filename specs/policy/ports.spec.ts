/**
 * > If you want security, you need to add network policies.
 *
 * SHOULD: as the API defines it. TCP and UDP are distinguished; a port may be one number, or a range (endPort); without a port it is all of the protocol.
 *
 * Verified by: a closed pod is opened on one TCP port; then instead on all of TCP and on a range of UDP. It is dialled within and outside, over both protocols, by peers that may: where it listens anyway, and at low, registered and ephemeral ports, which pairs of pods take in turn. With --policies full, a port is also named as in the pod's spec.
 * Would be missed by: one port, which a plugin may open altogether; or low ports alone, where it leaves high ones open.
 */
import { clause, expect, portsAsWritten } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/ports',
    level: 'SHOULD',
    promise: 'a policy opens the ports and protocols that it names, and no others',
    needs: ['policies'],
  },
  async (session) => {
    expect(await portsAsWritten(session)).to.hold();
  },
);
