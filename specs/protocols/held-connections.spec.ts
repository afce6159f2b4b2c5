/**
 * > It looks like you have a level 3 network, but it's only level 4. (The spec requires UDP and TCP, but not port ranges or arbitrary IP packets.)
 *
 * SHOULD: an open connection stays open while it is idle, and then carries data in both directions. Databases and message queues keep such connections; whatever tracks them on the way may forget them, and then drops what comes, or resets it.
 *
 * Verified by: TCP and UDP flows between one pod of each node and the node itself and those of every other node, and within each node: opened before anything else is checked, and used after everything else, or after --hold SECONDS. The report says how long they were idle: a
 * quick run only holds them for some seconds. Also through ClusterIPs, to a pod of the own node and one of the next, where a clause about Services is checked as well. Where a flow gets nothing through, the same is dialled on a new flow, to distinguish a forgotten flow from a broken path. (In clusters of more than some 22 nodes an even share of the pairs.)
 * Would be missed by: any test that connects, sends a request and closes.
 */
import {
  clause,
  expect,
  heldFlows,
  heldThroughClusterIPs,
  heldTogether,
  holdFlows,
  idleTimes,
  untilIdleFor,
} from '../../lib/index.ts';

export default clause(
  {
    id: 'protocols/held-connections',
    level: 'SHOULD',
    promise: 'TCP and UDP are required: an idle connection stays, and still carries data in both directions',
    needs: ['held flows'],
  },
  async (session) => {
    const direct = await session.once(heldFlows, async () => holdFlows(session));
    const held = heldTogether(direct, await heldThroughClusterIPs(session));
    await untilIdleFor(held, session.holdMs);
    const spoken = await session.speakOver(held.opened);
    expect(idleTimes(spoken, held.opened)).to.hold();
    // What could not be opened through Services is for their clauses.
    expect(direct.opened).to.be.delivered();
    expect(spoken).to.be.delivered();
  },
);
