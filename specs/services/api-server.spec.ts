/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * Connections to the API server by its Service, `default/kubernetes`, open from pods of every node, and from every node itself.
 *
 * SHOULD: network plugins, operators, CoreDNS and whatever else watches the cluster from a pod depend on it, and may fail only when they start anew. The kubelet, kube-proxy and kubectl know the API server by another address, and notice nothing.
 *
 * Verified by: one pod of each node and the node itself open TCP connections to each address of that Service, say nothing, and close them. Where one does not open within 5 s, twenty more are tried, 20 s later: two of them decide, since a server that is started anew is back by then, or is no longer behind the Service. Then the servers behind the Service are dialled directly, to tell its rules from the way there. A cluster without that Service, or with no server behind it, breaks no promise.
 * Would be missed by: other Services (each has rules of its own), pods or nodes alone, one node, or one connection (one of several servers may be dead). Who accepts a connection is not asked: a load balancer may, whose servers are all dead.
 */
import { apiServerReached, clause, connectToApi, expect } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/api-server',
    level: 'SHOULD',
    promise:
      'kube-proxy is on the data path: connections to the API server’s Service open from pods of every node, and from every node',
  },
  async (session) => {
    expect(apiServerReached(await connectToApi(session))).to.hold();
  },
);
