/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * With `sessionAffinity: ClientIP` all that one client sends to a Service goes to the same pod.
 *
 * SHOULD: what keeps a session in memory, or completes an upload in parts, depends on it.
 *
 * Verified by: a Service with a pod of each node; one pod of each node and the node itself dial it, then several times more, from other source ports, over TCP and UDP: one pod answers them all. Which one is chance, and may differ
 * between protocols and families. A client that does not reach every one of these pods at its own address is left out.
 * Would be missed by: one client (it may be lucky), one node (each has rules of its own), one connection, or many that are opened at the same moment (the first may still be unknown).
 */
import { affinityKept, clause, expect, withAffinity } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/session-affinity',
    level: 'SHOULD',
    promise: 'kube-proxy is on the data path: with sessionAffinity ClientIP one client keeps to one pod',
    needs: ['further services'],
  },
  async (session) => {
    expect(affinityKept(await withAffinity(session))).to.hold();
  },
);
