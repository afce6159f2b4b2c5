/**
 * > All pods must be able to reach each other, without NAT.
 *
 * Verified by: both directions between the two ordinary probe pods of every node, over TCP and UDP; both ends see the same two addresses and ports.
 * When a dial through a Service fails later, the path to the same pod is rechecked, without the Service: that counts here as well, even after this clause has passed.
 * Would be missed by: one pod per node; traffic that stays on a node takes a different path through bridge, filter and routes.
 */
import { clause, expect, onSameNode, untranslated } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/pod-to-pod-same-node',
    level: 'MUST',
    promise: 'all pods must be able to reach each other, without NAT (on one node)',
    concerns: [{ from: 'pod', to: 'pod', where: 'same node', expectation: untranslated, delivery: true }],
  },
  async ({ pods, exchange }) => {
    expect(await exchange({ from: pods, to: pods, pairs: onSameNode })).to.be.untranslated();
  },
);
