/**
 * > kube-proxy is on the data path when connecting to a pod or container, and it's not particularly fast (relies on userland proxying or iptables).
 *
 * INFO: what does kube-proxy cost here? Its rules are walked by the first packet of every flow, to a pod IP as well as to a
 * ClusterIP: so new flows are compared with established ones on each path. ClusterIP minus pod IP is what a user sees, and no more.
 * Then jitter, tail and loss of established flows, at 50 packets a second, whether answers come or not.
 *
 * Verified by: round trips to one process by pod IP, ClusterIP and NodePort, in blocks in random order, with the pod IP a second time as a control; medians of differences within blocks, their intervals, and what could have been seen. Jitter is RFC 3550's, on each way, by actual send times.
 * Would be missed by: averages; ClusterIP minus pod IP alone; a loop without pauses, which finds the rules in the processor's caches; one that waits for answers, and sends nothing while they are late.
 */
import { clause, expect, kubeProxyLatency } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/kube-proxy-latency',
    level: 'INFO',
    promise: 'kube-proxy is on the data path, and it is not particularly fast: what does it cost here?',
    needs: ['latency'],
  },
  async (session) => {
    expect(await kubeProxyLatency(session)).to.hold();
  },
);
