/**
 * > All nodes must be able to reach each other, without NAT.
 *
 * Verified by: every ordered pair of host-network probes over TCP and UDP; both ends see the same two addresses and ports.
 * (In clusters of more than 105 nodes an even share of the pairs, a different one in each run, and the report says so.)
 * Would be missed by: testing pods only, which can't tell a broken underlay from a broken network plugin.
 */
import { acrossNodes, clause, expect, untranslated } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/node-to-node',
    level: 'MUST',
    promise: 'all nodes must be able to reach each other, without NAT',
    concerns: [{ from: 'node', to: 'node', where: 'across nodes', expectation: untranslated }],
  },
  async ({ nodes, exchange }) => {
    expect(await exchange({ from: nodes, to: nodes, pairs: acrossNodes })).to.be.untranslated();
  },
);
