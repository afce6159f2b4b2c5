/**
 * > It looks like you have a level 3 network, but it's only level 4. (The spec requires UDP and TCP, but not port ranges or arbitrary IP packets.)
 *
 * INFO: which UDP ports does the network plugin keep for its own tunnels? Calico drops what pods send to UDP 4789, on every node, by default: no promise is broken by that. If only some nodes do so, it is a finding.
 *
 * Verified by: one pod of each node sends datagrams to the ports of VXLAN, Geneve, WireGuard and the like of a pod on the next node and of a pod on its own; the same paths with an ordinary port are the control.
 * Would be missed by: treating these ports like any others, which calls Calico's defaults a broken network.
 */
import { alongRing, clause, expect, keptByPlugin, listenOnKept, overKept } from '../../lib/index.ts';

export default clause(
  {
    id: 'protocols/ports-kept-by-the-plugin',
    level: 'INFO',
    promise: 'TCP and UDP are required, but not port ranges: which ports does the network plugin keep for itself?',
  },
  async ({ pods, exchange }) => {
    const plan = { from: pods, to: pods, pairs: alongRing(pods) };
    const ordinary = await exchange(plan);
    const onKept = await exchange({ ...plan, ...overKept(await listenOnKept(pods), ordinary) });
    expect(keptByPlugin(onKept, ordinary)).to.hold();
  },
);
