/** The receiving end of a load: counts and discards. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6, type Socket } from 'node:net';
import { droppedDatagrams } from '../self/dropped.ts';
import { listenTcp } from '../io/listen-tcp.ts';
import { Turn } from './turn.ts';
import { listenOnBoth, type Earlier } from '../io/listen-both.ts';
import { isTag } from '../measuring/packet.ts';
import * as packets from './packet.ts';
import type { ListenRecord } from '../../conversations/listen.ts';
import type { LoadListenRequest } from '../../conversations/load.ts';

const longestMs = 5 * 60_000;
const connectionLimit = 64;
/** As for other responders: the kernel limits it to net.core.rmem_max. */
const recvBufferSize = 4 * 1024 * 1024;
/** Far less than the datagrams that a sender keeps in flight. */
const acknowledgesEvery = 32;

/** Listens for `forMs` (5 minutes at most); what an earlier call opened is closed. Throws for an invalid tag; the record names what can't be bound. */
export async function* listenForLoads(
  { tag, forMs }: Pick<LoadListenRequest, 'tag' | 'forMs'>,
  { addresses, earlier }: { addresses: string[]; earlier: Earlier },
): AsyncGenerator<ListenRecord> {
  if (!isTag(tag)) throw new Error('the tag is not 16 hexadecimal digits');
  earlier.close();
  const told = packets.tagOf(tag);
  const open = {
    TCP: (address: string, at: number) =>
      listenTcp({ address, port: at }, { connectionLimit, answer: (socket) => count(socket, told) }),
    UDP: (address: string, at: number) => listenUdp(address, at, told),
  };
  const { records, close } = listenOnBoth({ addresses, port: 0, forMs: Math.min(forMs, longestMs), open });
  earlier.close = close;
  yield* records;
}

/** Reads heads where they must be, and closes the connection where there is none. */
function count(socket: Socket, tag: Buffer): void {
  let turn = new Turn(0);
  let isCounted = false;
  let missing = 0;
  let chunks = 0;
  let held: Buffer = Buffer.alloc(0);
  const answerWith = async (ended: Turn): Promise<void> => {
    const report = await ended.report(async () => 0);
    socket.write(packets.writeReport(report, { tag, turn: ended.number }));
  };
  socket.on('data', (arrived: Buffer) => {
    let rest = held.length === 0 ? arrived : Buffer.concat([held, arrived]);
    held = Buffer.alloc(0);
    while (rest.length > 0) {
      if (missing > 0) {
        const taken = Math.min(missing, rest.length);
        turn.add(taken, { isCounted });
        missing -= taken;
        if (missing === 0) {
          chunks += 1;
          socket.write(packets.acknowledgement({ tag, turn: turn.number, count: chunks }));
        }
        rest = rest.subarray(taken);
        continue;
      }
      if (rest.length < packets.headBytes) {
        held = Buffer.from(rest);
        return;
      }
      const head = packets.readHead(rest, tag);
      if (head === null) return void socket.destroy();
      if (head.turn !== turn.number) {
        turn = new Turn(head.turn);
        chunks = 0;
      }
      if (head.phase === packets.phases.end) {
        void answerWith(turn);
        rest = rest.subarray(packets.headBytes);
      } else {
        missing = packets.chunkBytes;
        isCounted = head.phase === packets.phases.counted;
      }
    }
  });
}

async function listenUdp(address: string, port: number, tag: Buffer) {
  const v6 = isIPv6(address);
  const socket = createSocket({ type: v6 ? 'udp6' : 'udp4', ipv6Only: v6, recvBufferSize });
  socket.bind({ address, port, exclusive: true });
  await once(socket, 'listening');
  socket.on('error', () => {});
  const own = new Set([socket.address().port]);
  let turn = new Turn(0);
  let droppedBefore = await droppedDatagrams(own);
  socket.on('message', (message, from) => {
    const head = packets.readHead(message, tag);
    if (head === null || message.length !== packets.headBytes) return;
    const answer = (packet: Buffer): void => socket.send(packet, from.port, from.address, () => {});
    // A late one belongs to a turn that has ended; a flow begins with 0.
    if (head.turn < turn.number && head.turn !== 0) return;
    if (head.turn !== turn.number) turn = new Turn(head.turn);
    if (head.phase === packets.phases.end) return void finish(turn, answer);
    turn.add(1, { isCounted: head.phase === packets.phases.counted });
    if (turn.all % acknowledgesEvery === 0)
      answer(packets.acknowledgement({ tag, turn: turn.number, count: turn.all }));
  });
  /** The sender asks again when a report was lost. */
  const finish = async (ended: Turn, answer: (packet: Buffer) => void): Promise<void> => {
    const report = (ended.finished ??= ended.report(async () => {
      const now = await droppedDatagrams(own);
      const dropped = now - droppedBefore;
      droppedBefore = now;
      return dropped;
    }));
    answer(packets.writeReport(await report, { tag, turn: ended.number }));
  };
  return { port: socket.address().port, close: () => socket.close() };
}
