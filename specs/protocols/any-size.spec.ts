/**
 * > It looks like you have a level 3 network, but it's only level 4. (The spec requires UDP and TCP, but not port ranges or arbitrary IP packets.)
 *
 * A stream of any length, a flow of many datagrams, and a datagram of any size up to the MTU of its sender's interface, down to a few bytes, arrive whole, in both directions, and so does the end of a connection.
 *
 * Verified by: one pod of each node and the node itself with those of every other node, and within each node: connections of which each side says that it ends, and learns so of the other, within the usual time-outs (a kernel sends a lost FIN again after some 200, 600 and 1,400 ms), or else on new connections; streams of 256 KiB each way between pods and between nodes, compared by their digests; datagrams that
 * fill a packet as the sender's interface and kernel know it (a router may have told of less), and some of two thirds of that, each answered by one of the same size, or by as much as the other end may send; and questions of 15 bytes over UDP, with ordinary answers, where a short frame has to be padded. Between pods also one flow of 80 datagrams, and where nothing more comes from some datagram on, a new flow. Around a ring of the nodes (a pod with one of the next node and with another of its own, a node with the next) streams of 4 MiB each way, where shorter ones take less than 2 s, and between the pods flows of 1,000 to 1,500 datagrams, of every length from 15 bytes to the largest, or evenly spread over them where a packet may have more than 1,500: what is lost of them is asked for again, each length by itself (48 at most), and a length, or a range of them, that never arrives is told; a stream that still goes on after 15 s is left out. Where a size is lost, the largest that arrives is searched, or of small ones the smallest. (In clusters of more than some 45 nodes an even share of the pairs, a different one in each run; of flows of 80 datagrams of more than 31.)
 * Would be missed by: ping and small requests, which pass where every download hangs; a list of common sizes; datagrams of a hundred bytes, where shorter ones are lost; the smallest and the largest datagram, where some length in between is lost; short conversations, where a flow is cut off once somebody on the way has taken it over; connections that are only opened; one direction; the smaller MTU of the two ends, where the larger one black-holes.
 */
import { clause, delivered, expect, mtusOf, sendSizes, sizes } from '../../lib/index.ts';

export default clause(
  {
    id: 'protocols/any-size',
    level: 'MUST',
    concerns: (['pod', 'node'] as const).flatMap((from) =>
      (['pod', 'node'] as const).map((to) => ({ from, to, expectation: delivered, delivery: true, large: true })),
    ),
    promise: 'TCP and UDP are required: a stream, and a datagram of any size up to the MTU, arrive whole',
  },
  async (session) => {
    const sized = await session.once(sizes, async () => sendSizes(session));
    expect(mtusOf(sized)).to.hold();
    expect(sized.small).to.be.delivered();
    expect(sized.closed).to.be.delivered();
    expect(sized.whole).to.be.delivered();
    expect(sized.least).to.be.delivered();
    expect(sized.lasting).to.be.delivered();
    expect(sized.long.streams).to.be.delivered();
    expect(sized.long.flows).to.be.delivered();
  },
);
