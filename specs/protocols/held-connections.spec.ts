/**
 * > It looks like you have a level 3 network, but it's only level 4. (The spec requires UDP and TCP, but not port ranges or arbitrary IP packets.)
 *
 * SHOULD: an open connection stays open while it is idle, and then carries data in both directions. Databases and message queues keep such connections; whatever tracks them on the way may forget them, and then drops what comes, or resets it.
 *
 * Verified by: TCP and UDP flows between one pod of each node and the node itself and those of every other node, and within each node: opened before anything else is checked, and used after everything else, or after --hold SECONDS. There are two of each: over one the side that opened it speaks first, over the other the side that was dialled, as servers do that push, notify or stream; what the other side then answers has to come as well. The report says how long they were idle: a
 * quick run only holds them for some seconds. Also through ClusterIPs, to a pod of the own node and one of the next, where a clause about Services is checked as well. Where a flow gets nothing through, the same is dialled on a new flow, to distinguish a forgotten flow from a broken path. (In clusters of more than some 16 nodes an even share of the pairs.) A UDP flow that was idle for more than 27 s has to come through again only where the dialled side needs no tracked connection for that: not through a Service or another translation, and not to a node; a node whose kernel says that it forgets such flows sooner than after 30 s is named.
 * Would be missed by: any test that connects, sends a request and closes; and, where only the dialled side's packets are dropped, by one that lets the client send first: its packet makes a forgotten entry anew.
 */
import {
  askKernels,
  clause,
  expect,
  heldFlows,
  heldThroughClusterIPs,
  heldTogether,
  holdFlows,
  idleTimes,
  udpTracked,
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
    expect(udpTracked(await askKernels(session.nodes))).to.hold();
    // What could not be opened through Services is for their clauses.
    expect(direct.opened).to.be.delivered();
    expect(spoken).to.be.delivered();
  },
);
