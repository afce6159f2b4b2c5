/**
 * > Don't worry about the warning about `kube-proxy` performance. Unless you: routinely saturate 10G network interfaces; count packet rates in millions per second; run high-traffic VOIP or gaming platforms; do weird things that involve millions of simultaneous connections.
 *
 * INFO: does kube-proxy's speed matter here? What the nodes report without being loaded: how full connection tracking is, how fast the links are, how many Services every new flow has to pass. And what a telephone call through a ClusterIP would meet. With --headroom also what TCP throughput and UDP packet rates lose on their way through a Service; that loads the network, so it is announced and bounded.
 *
 * Verified by: reading conntrack's count and limit and the links' own speed on every node, and counting Services; jitter, tail and loss of 50 packets a second, which services/kube-proxy-latency has sent already where it was run, compared with ITU-T Y.1541.
 * With --headroom: short turns at full speed by pod IP, by ClusterIP and by pod IP again, between one pair of pods at a time, counted by the receiver; a ratio with its interval, no number where the same path twice differs, and the probe named where it is the limit.
 * Would be missed by: a throughput test alone, which shows what its own two processes can do, and nothing about a table that is nearly full.
 */
import { clause, expect, headroom } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/headroom',
    level: 'INFO',
    promise: 'kube-proxy is fast enough, unless you come near one of four limits: how near are the nodes?',
    needs: ['latency', 'load'],
  },
  async (session) => {
    expect(await headroom(session)).to.hold();
  },
);
