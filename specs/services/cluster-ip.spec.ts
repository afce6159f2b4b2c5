/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * Every pod and every node reaches the right pods through a ClusterIP. Whether they see the client's own address is a clause of its own: `services/source-address-kept`.
 *
 * Verified by: Services with one pod each, and one with a pod of every node, made for the run; every probe dials those with a pod of its own node and those with one on other nodes (six in large clusters)
 * over TCP and UDP, and the pod behind the Service answers; of the one with many pods each is reached. A pod's dials to itself are left to `services/hairpin`.
 * A pod of each node and the node itself (of 100 nodes at most) send streams of 256 KiB each way (a node not to an address of its own), and datagrams that fill a packet, through one of a pod of the same node and one of the next; where they are lost, the largest size that arrives is searched.
 * The host-network probe of each node has a Service as well: every probe dials that of its own node, a node itself, too, and those of two others. Such a dial is judged where its way works at the node's own address, at the beginning and when it fails.
 * Where another dial fails, its ways are rechecked at the pods' own addresses. That excuses nothing here; what has died there by then breaks the flat network's clauses, and is one cause with it.
 * Would be missed by: a Service that was there before (its rules are old), backends on other nodes only (answers from a pod of the same node can pass by kube-proxy), looking at the answer and not at who gives it, small requests; Services with ordinary pods alone (what ends at a node's own address meets other rules: INPUT instead of FORWARD, no range of pods). To pods on the host network nothing large is sent.
 */
import {
  clause,
  everyBackendReached,
  expect,
  largeThroughClusterIPs,
  notDialled,
  notJudged,
  programmedWithinMs,
  servicesKnown,
  streamsLeftOut,
  throughClusterIPs,
} from '../../lib/index.ts';

export default clause(
  {
    id: 'services/cluster-ip',
    level: 'MUST',
    promise: 'kube-proxy is on the data path: every pod and every node reaches the right pods through a ClusterIP',
    needs: ['services'],
  },
  async (session) => {
    const { single, shared, hosts, others, onHostNetwork, awaited, withoutService } = await throughClusterIPs(session);
    const { judged, excused } = onHostNetwork;
    const services = single.length + hosts.length + 1;
    expect(servicesKnown(awaited, { services, withoutService, withinMs: programmedWithinMs })).to.hold();
    expect(others).to.be.delivered();
    expect(judged).to.be.delivered();
    const large = await largeThroughClusterIPs(session);
    expect(large).to.be.delivered();
    expect(streamsLeftOut(large)).to.hold();
    expect(everyBackendReached(others, shared)).to.hold();
    expect(
      notDialled({
        what: 'Services with pods on the host network',
        why: judged.nothingToDial,
        judged: others.dialled.length,
      }),
    ).to.hold();
    expect(notJudged({ excused, judged: others.dialled.length })).to.hold();
  },
);
