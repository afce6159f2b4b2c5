/**
 * > The spec requires UDP and TCP. No port translation. No new protocol.
 *
 * Verified by: pods listen on a spread of low, registered and ephemeral ports; every pod and every node dials them over TCP and UDP (many pairs share them),
 * pods also from low ports and from ports below and above the kernel's range, and both ends see the same source and destination port (source ports of nodes: `flat-network/node-to-pod-without-nat`). Ports of nodes are not dialled: many clouds put a firewall in front of them.
 * Would be missed by: one well-known port, or by checking addresses but not ports.
 */
import { clause, destinationPortsKept, everyPair, expect, listenOnSpread, overPorts, partOf } from '../../lib/index.ts';

export default clause(
  {
    id: 'protocols/tcp-and-udp-on-any-port',
    level: 'MUST',
    promise: 'no port translation, no new protocol: TCP and UDP reach any port',
  },
  async ({ pods, nodes, exchange }) => {
    const plan = { from: [...pods, ...nodes], to: pods, pairs: everyPair };
    const listening = await listenOnSpread(pods);
    expect(listening.facts).to.hold();
    const before = await exchange(plan);
    const exchanged = await exchange({ ...plan, ...overPorts(listening, before) });
    expect(partOf(exchanged, { ...plan, from: pods })).to.be.deliveredWithPortsKept();
    expect(partOf(exchanged, { ...plan, from: nodes })).to.meet(destinationPortsKept);
  },
);
