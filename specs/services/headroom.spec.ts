/**
 * > Don't worry about the warning about `kube-proxy` performance. Unless you: routinely saturate 10G network interfaces; count packet rates in millions per second; run high-traffic VOIP or gaming platforms; do weird things that involve millions of simultaneous connections.
 *
 * INFO: does kube-proxy's speed matter here? What the nodes tell without being loaded: how full connection tracking is, how fast the links are, how many Services every new flow has to pass. And what a telephone call through a ClusterIP would meet.
 *
 * Verified by: reading conntrack's count and limit and the links' own speed on every node, and counting Services; jitter, tail and loss of 50 packets a second, which services/kube-proxy-latency has sent already where it was run, held against ITU-T Y.1541.
 * Would be missed by: a throughput test, which is not run here: it would load the network, and says nothing about a table that is nearly full.
 */
import { clause, expect, headroom } from '../../lib/index.ts';

clause(
  {
    id: 'services/headroom',
    level: 'INFO',
    promise: 'kube-proxy is fast enough, unless you come near one of four limits: how near are the nodes?',
  },
  async (session) => {
    expect(await headroom(session)).to.hold();
  },
);
