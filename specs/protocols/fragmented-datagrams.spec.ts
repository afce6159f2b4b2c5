/**
 * > It looks like you have a level 3 network, but it's only level 4. (The spec requires UDP and TCP, but not port ranges or arbitrary IP packets.)
 *
 * SHOULD: a datagram that is larger than the MTU is UDP like any other, and is sent in IP fragments; some clouds and filters drop those, and DNS, media and VPNs then hang in part.
 *
 * Verified by: on the paths of `protocols/any-size` where everything that fits into one packet arrives, datagrams that need a second fragment by one byte, of 8,192 and of 65,507 bytes, each answered by one of the same size; where they are lost, the largest size that arrives is searched.
 * Would be missed by: TCP, which never fragments; a single size, where a network passes only a few fragments.
 */
import { clause, datagramsOf, expect, sendFragments, sendSizes, sizes } from '../../lib/index.ts';

export default clause(
  {
    id: 'protocols/fragmented-datagrams',
    level: 'SHOULD',
    promise: 'TCP and UDP are required: datagrams above the MTU, up to the largest, arrive in fragments',
  },
  async (session) => {
    const sized = await session.once(sizes, async () => sendSizes(session));
    expect(datagramsOf(sized.small)).to.be.delivered();
    expect(datagramsOf(sized.whole)).to.be.delivered();
    expect(await sendFragments(sized, session)).to.be.delivered();
  },
);
