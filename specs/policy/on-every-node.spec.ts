/**
 * > The network implementation that you use needs to support them.
 *
 * SHOULD: each node enforces policies by itself. One whose agent is stopped, or was never installed, has pods that anybody reaches.
 *
 * Verified by: a policy closes one pod of each node, then another keeps the other pod of each node from sending; pods of its own node and of every other one (in clusters of more than ten nodes, of nine others: an even share, another one in each run) dial it, over TCP and UDP, where it listens anyway, and those of its own node and two others at low, registered and ephemeral ports, which pairs of pods take in turn; of its own node and two others one pod dials it through a ClusterIP, too. What is allowed must be answered meanwhile: also what a node sends to its own pods.
 * Would be missed by: a client and a server somewhere, or dials to pods' own addresses alone: a policy may be enforced there, and not on what a Service translates; or dials to one port. Nodes where it fails are named.
 */
import { clause, expect, enforcedOnEveryNode } from '../../lib/index.ts';

export default clause(
  {
    id: 'policy/on-every-node',
    level: 'SHOULD',
    promise: 'network policies are enforced on every node, for whoever asks from any node',
    needs: ['policies'],
  },
  async (session) => {
    expect(await enforcedOnEveryNode(session)).to.hold();
  },
);
