/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * A Service that is configured to keep traffic on its nodes does: with `internalTrafficPolicy: Local` pods of the client's own node answer, with `externalTrafficPolicy: Local` pods of the node that was
 * dialled, and these see the client's own address. Where the node has none, nobody answers.
 *
 * SHOULD: allow lists, rate limits and logs go by that address, and agents on each node (DNS caches, collectors) by the node.
 *
 * Verified by: Services with a pod on every node but one. By ClusterIP one pod of each node and the node itself dial, by NodePort nodes dial each other: a pod of the right node answers, over TCP and UDP,
 * by NodePort seeing the dialling node's address. On, or by the port of, the node without a pod no dial is answered; a refusal and silence are both right. Left out: NodePorts dialled by pods, or by
 * their own node, which may be treated as dials from inside; dials that the kernel of their node sends straight to a pod (Cilium's translation at the socket), or that look like it (answers that go
 * straight back: DSR); and dials whose ways are dead at the probes' own addresses, at the beginning or by the time when they fail. Where no NodePort could be dialled at all that is said.
 * Would be missed by: a pod on every node (any of them answers), looking at the answer and not at who gives it, or at TCP alone.
 */
import {
  clause,
  expect,
  notDialled,
  notJudged,
  sourceAddressKept,
  throughLocalPolicies,
  unanswered,
} from '../../lib/index.ts';

export default clause(
  {
    id: 'services/traffic-policy-local',
    level: 'SHOULD',
    promise:
      'kube-proxy is on the data path: a Service with a traffic policy of Local is answered by the node’s own pods only',
    needs: ['further services'],
  },
  async (session) => {
    const { internal, external, nobody, excused } = await throughLocalPolicies(session);
    expect(internal).to.be.delivered();
    expect(external).to.meet(sourceAddressKept);
    expect(nobody).to.meet(unanswered);
    const judged = internal.dialled.length;
    expect(notDialled({ what: 'NodePorts', why: external.nothingToDial, judged })).to.hold();
    expect(notJudged({ excused, judged })).to.hold();
  },
);
