/**
 * > Our cluster (nodes and pods) is one big flat IP network.
 *
 * No two pods, no two nodes, and no pod and node, have the same address.
 *
 * Verified by: every address in the API (except those of host-network and finished pods, but including the run's own) against every other;
 * then every probe's address is dialled from other pods and nodes, and the identity that answers is compared with the API's; and no node's interfaces carry the address of another.
 * Would be missed by: pinging each address; somebody does answer.
 */
import { clause, everyPair, expect, ownersOf } from '../../lib/index.ts';

export default clause(
  {
    id: 'addressing/one-owner-per-ip',
    level: 'MUST',
    promise:
      'our cluster (nodes and pods) is one big flat IP network: no two pods, no two nodes, and no pod and node, have the same address',
  },
  async ({ survey, pods, nodes, exchange }) => {
    const exchanged = await exchange({ from: [...pods, ...nodes], to: pods, pairs: everyPair });
    expect(await ownersOf(survey, [exchanged], nodes)).to.hold();
  },
);
