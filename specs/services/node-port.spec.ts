/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * Every pod and every node reaches the right pod through the NodePort of every node.
 *
 * SHOULD: load balancers in front of a cluster, and clients where there is none, come in by these ports, and an upgrade of kube-proxy or of the kernel may take one node out of service unseen. A
 * cluster that admits no Services of type NodePort breaks no promise. 127.0.0.1 is not dialled: not every mode of kube-proxy serves it.
 *
 * Verified by: three Services of type NodePort with one pod each, on different nodes; every probe dials the ports of its own node and of others (six in large clusters), over TCP and UDP,
 * and the pod behind the Service answers, from whichever node. A pod of each node (of 100 at most) sends streams of 256 KiB each way, and datagrams that fill a packet, through a port of the same node and one of the next, and the node itself such datagrams through its own (to another it sends nothing large: before a tunnel that lowers the path MTU between the nodes, for whatever else the tunnel carries); where they are lost, the largest size that arrives is searched. A dial whose way is dead at the probes' own addresses is not judged: the flat network's clauses name that. Where a dial fails, its way is rechecked: it may have died meanwhile.
 * Would be missed by: dialling the ports of one node, of nodes with a pod behind the Service only, from outside only (pods take another way), over TCP only, or with small requests only.
 */
import { clause, expect, notJudged, throughNodePorts } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/node-port',
    level: 'SHOULD',
    promise:
      'kube-proxy is on the data path: every pod and every node reaches the right pod through the port of every node',
    needs: ['further services'],
  },
  async (session) => {
    const { judged, excused, large } = await throughNodePorts(session);
    expect(judged).to.be.delivered();
    expect(large.judged).to.be.delivered();
    expect(notJudged({ excused: [...excused, ...large.excused], judged: judged.dialled.length })).to.hold();
  },
);
