/**
 * > All nodes must be able to reach each other, without NAT.
 *
 * Verified by: every ordered pair of host-network probes over TCP and UDP; both ends see the same two addresses and ports. Before anything else is dialled, each node dials one that has not talked to it yet:
 * afterwards every node knows the others' link-layer addresses, and a failure to resolve one would go unnoticed.
 * (In clusters of more than 105 nodes an even share of the pairs, a different one in each run, and the report says so.)
 * When a dial through a Service fails later, the path to the same pod is rechecked, without the Service: that counts here as well, even after this clause has passed.
 * Would be missed by: testing pods only, which can't tell a broken underlay from a broken network plugin.
 */
import { acrossNodes, clause, expect, firstContacts, meetFirst, onlyAtFirst, untranslated } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/node-to-node',
    level: 'MUST',
    promise: 'all nodes must be able to reach each other, without NAT',
    needs: ['first contacts'],
    concerns: [{ from: 'node', to: 'node', where: 'across nodes', expectation: untranslated, delivery: true }],
  },
  async (session) => {
    const { nodes, exchange, once } = session;
    const first = await once(firstContacts, async () => meetFirst(session));
    const all = await exchange({ from: nodes, to: nodes, pairs: acrossNodes });
    expect(all).to.be.untranslated();
    expect(onlyAtFirst(first, all)).to.be.untranslated();
  },
);
