/**
 * > All pods must be able to reach each other, without NAT.
 *
 * Verified by: every ordered pair of probe pods on different nodes over TCP and UDP; both ends see the same two addresses and ports.
 * (In clusters of more than 105 nodes an even share of the pairs, a different one in each run, and the report says so.)
 * When a dial through a Service fails later, the path to the same pod is rechecked, without the Service: that counts here as well, even after this clause has passed.
 * Would be missed by: one source pod (a one-way route), ping or HTTP (loss hides in retransmissions), looking at addresses but not at ports.
 */
import { acrossNodes, clause, expect, untranslated } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/pod-to-pod-across-nodes',
    level: 'MUST',
    promise: 'all pods must be able to reach each other, without NAT (across nodes)',
    concerns: [{ from: 'pod', to: 'pod', where: 'across nodes', expectation: untranslated, delivery: true }],
  },
  async ({ pods, exchange }) => {
    expect(await exchange({ from: pods, to: pods, pairs: acrossNodes })).to.be.untranslated();
  },
);
