/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * A pod reaches itself through its own Service.
 *
 * SHOULD: an application that calls its own Service is answered by any of its pods, itself among them; then some calls hang, one in as many as there are pods.
 *
 * Verified by: every pod that has a Service of its own dials it, over TCP and UDP, and is answered by itself, from whichever address (kube-proxy translates it, so that the answer comes back the same way).
 * Would be missed by: Services with many pods, where it fails now and then, and clients that are not behind the Service.
 */
import { clause, expect, throughClusterIPs } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/hairpin',
    level: 'SHOULD',
    promise: 'a pod reaches itself through its own Service',
    needs: ['services'],
  },
  async (session) => {
    const { selves } = await throughClusterIPs(session);
    expect(selves).to.be.delivered();
  },
);
