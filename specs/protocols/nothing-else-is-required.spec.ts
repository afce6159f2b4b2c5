/**
 * > It looks like you have a level 3 network, but it's only level 4. (The spec requires UDP and TCP, but not port ranges or arbitrary IP packets.)
 *
 * INFO: says which other protocols happen to pass, and that none of them is required.
 *
 * Verified by: ICMP echo, an experimental IP protocol (253) and SCTP where the kernel has it, between pods and between nodes.
 * Would be missed by: nothing; it is here so that nobody takes a ping for a proof.
 */
import { clause, expect, otherProtocols } from '../../lib/index.ts';

export default clause(
  {
    id: 'protocols/nothing-else-is-required',
    level: 'INFO',
    promise: 'it looks like a level 3 network, but it is only level 4: nothing but TCP and UDP is required',
  },
  async ({ pods, nodes }) => {
    expect(await otherProtocols({ pods, nodes })).to.hold();
  },
);
