/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * When the pods of a Service change, its clients follow: no node, and no UDP flow, stays with a pod that is no longer behind it, and where there is none a client is refused at once instead of waiting.
 *
 * SHOULD: every roll-out is such a change, and what a stale node or a stale entry of connection tracking costs shows only then, for some clients, for hours.
 *
 * Verified by: a Service whose one pod is replaced by another, taken away, and put back; one pod of each node and the node itself dial it all the time, over UDP from one and the same source port, and over TCP from any: connection tracking gives a closed connection up by itself, and what a client that resets one and opens it again at once would find is its own doing (decision 36). Each change is to
 * reach all of them within 10 s; how long it took is measured. A client that never reached the first pod is left out, and one that does not reach the pod at its own address any more either.
 * Would be missed by: looking once (rules may be old and right), new connections alone (a UDP flow that is in use keeps its entry), a Service that is never without pods.
 */
import { clause, endpointsFollowed, expect, movePods } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/endpoints-follow-pods',
    level: 'SHOULD',
    promise:
      'kube-proxy is on the data path: clients of a Service follow when its pods change, and are refused where it has none',
    needs: ['further services'],
  },
  async (session) => {
    expect(endpointsFollowed(await movePods(session))).to.hold();
  },
);
