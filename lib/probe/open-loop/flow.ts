/** One flow of an open loop: what was sent when, and when it was answered. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { base64 } from '../measuring/packed.ts';
import { errorName } from '../io/errors.ts';
import { number, numberOf, questionPacket, stampOf, voiceBytes } from '../measuring/packet.ts';
import type { SocketAddress } from '../../conversations/basics.ts';
import type { OpenLoopRecord } from '../../conversations/open-loop.ts';

const mostNs = 2_147_483_647;

export interface PacedFlow {
  /** Sends the n-th packet, which was due at `dueNs` (`process.hrtime.bigint()`) and `atUs` on the schedule. Never throws. */
  send(packet: number, due: { atUs: number; dueNs: bigint }): void;
  /** Packets that were sent and not answered yet. */
  waiting(): number;
  /** Of all packets except the lead-in. */
  record(): Omit<OpenLoopRecord, 'longestStallMs' | 'throttledMs'>;
  close(): void;
}

/** A connected socket for this many packets, the first `leadIn` of which do not count. Rejects when it can't be opened. */
export async function openPaced(
  target: SocketAddress,
  { tag, packets, leadIn, timeoutMs }: { tag: string; packets: number; leadIn: number; timeoutMs: number },
): Promise<PacedFlow> {
  const socket = await connected(target);
  const question = questionPacket(tag, voiceBytes);
  const sentAt: bigint[] = [];
  const scheduledUs = new Uint32Array(packets);
  const lateNs = new Int32Array(packets);
  const roundTripNs = new Int32Array(packets).fill(-1);
  const responderNs = new Float64Array(packets).fill(NaN);
  let [answered, duplicates, tooLate] = [0, 0, 0];
  let firstStamp: bigint | null = null;
  let error: string | null = null;

  socket.on('message', (message: Buffer) => {
    const now = process.hrtime.bigint();
    const stamp = stampOf(message, question);
    if (stamp === null) return;
    const packet = numberOf(message);
    const sent = sentAt[packet];
    if (sent === undefined) return;
    const counts = packet < leadIn ? 0 : 1;
    if (roundTripNs[packet] !== -1) return void (duplicates += counts);
    const ns = Number(now - sent);
    if (ns > timeoutMs * 1e6) return void (tooLate += counts);
    answered += 1;
    firstStamp ??= stamp;
    roundTripNs[packet] = ns;
    responderNs[packet] = Number(stamp - firstStamp);
  });
  // A packet that can't be sent counts as lost; the others go on.
  socket.on('error', (thrown) => (error ??= errorName(thrown)));

  return {
    send(packet, { atUs, dueNs }) {
      number(question, packet);
      scheduledUs[packet] = atUs;
      // A copy: what the kernel does not accept at once is sent later.
      const bytes = Buffer.from(question);
      const now = process.hrtime.bigint();
      sentAt[packet] = now;
      lateNs[packet] = Math.min(Number(now - dueNs), mostNs);
      socket.send(bytes);
    },
    waiting: () => sentAt.length - answered,
    record: () => ({
      kind: 'open-loop',
      ...target,
      packets: packets - leadIn,
      scheduledUs: base64(scheduledUs.subarray(leadIn)),
      lateNs: base64(lateNs.subarray(leadIn)),
      roundTripNs: base64(roundTripNs.subarray(leadIn)),
      responderNs: base64(responderNs.subarray(leadIn)),
      duplicates,
      tooLate,
      error,
    }),
    close: () => socket.close(),
  };
}

async function connected({ address, port }: SocketAddress): Promise<Socket> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    socket.connect(port, address);
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
