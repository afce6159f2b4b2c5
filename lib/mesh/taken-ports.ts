import type { Protocol, SocketAddress } from '../conversations/basics.ts';
import type { Dialled, Exchanged } from './dialled.ts';

/**
 * Marks dials whose source port the kernel had to change, in this exchange or a later one: an earlier flow, translated on its way (through a Service, or
 * masqueraded), looked the same to the responder, so that nobody could tell their answers apart. Pods' masqueraded flows have their node's
 * address and any port: a node's own dial met one in 3 of some 100 runs on healthy networks. Responders saw both; no translation of a dial's own
 * is excused by that.
 */
export function newTakenPorts(): (exchanged: Exchanged) => void {
  const taken = new Set<string>();
  return ({ dialled }) => {
    for (const dial of dialled)
      for (const { peer, local } of dial.record?.views ?? [])
        if (dial.to.via !== null || !isOwnEnd(dial, peer)) taken.add(flowOf({ ...dial, from: peer, to: local }));
    for (const dial of dialled) {
      const own = dial.record?.local;
      const isMoved = ({ peer, local }: { peer: SocketAddress; local: SocketAddress }): boolean =>
        own != null && !isOwnEnd(dial, peer) && taken.has(flowOf({ ...dial, from: own, to: local }));
      if (dial.record?.views.some(isMoved)) dial.portTaken = true;
    }
  };
}

function isOwnEnd({ record }: Dialled, { address, port }: SocketAddress): boolean {
  return record?.local?.address === address && record.local.port === port;
}

function flowOf({ protocol, from, to }: { protocol: Protocol; from: SocketAddress; to: SocketAddress }): string {
  return `${protocol} ${from.address} ${from.port} ${to.address} ${to.port}`;
}
