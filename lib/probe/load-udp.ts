/** Small datagrams as fast as one process can, never more on the way than the other end has room for. */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { watchBusy } from './load-busy.ts';
import { reportMs, type LoadFlow, type LoadOptions, type Sent } from './load-flow.ts';
import { frameBytes, headBytes, headed, phases, readAcknowledgement, readReport, type Report } from './load-packet.ts';
import type { SocketAddress } from './wire.ts';

/** A socket's usual 208 KiB hold about this many datagrams of any size up to a few hundred bytes: what is lost then was not lost for want of room. */
const window = 256;
const batch = 32;
/** Datagrams that nobody has acknowledged by then are lost, and give their place free. */
const stallMs = 10;
const asksAgainMs = 50;

/** A bound and connected socket. Rejects with the error of bind or connect. */
export async function openLoadUdp(
  { address, port }: SocketAddress,
  { tag, spend, halted }: LoadOptions,
): Promise<LoadFlow> {
  const { promise: connected, resolve, reject } = Promise.withResolvers<void>();
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let hear: (message: Buffer) => void = () => {};
  let isOpen = true;
  // Also ECONNREFUSED, for an earlier datagram: it counts as one that was lost.
  socket.on('error', reject);
  socket.on('message', (message: Buffer) => hear(message));
  socket.connect(port, address, () => resolve());
  await connected.catch((error: unknown) => {
    socket.close();
    throw error;
  });

  const send = (packet: Buffer): void => {
    spend(frameBytes);
    socket.send(packet);
  };

  const reportOf = async (turn: number): Promise<Report | null> => {
    const end = headed(headBytes, { tag, turn, phase: phases.end });
    const { promise, resolve: settle } = Promise.withResolvers<Report | null>();
    hear = (message) => {
      const report = readReport(message, { tag, turn });
      if (report) settle(report);
    };
    const ask = (): void => (isOpen && !halted() ? send(end) : settle(null));
    const again = setInterval(ask, asksAgainMs);
    const late = setTimeout(() => settle(null), reportMs);
    ask();
    const report = await promise;
    clearInterval(again);
    clearTimeout(late);
    return report;
  };

  /** Resolves with how many were sent in each phase, when the time is over or nothing more may be sent. */
  const flood = (turn: number, { rampMs, countedMs }: { rampMs: number; countedMs: number }): Promise<Sent['sent']> =>
    new Promise((done) => {
      const ramp = headed(headBytes, { tag, turn, phase: phases.ramp });
      const counted = headed(headBytes, { tag, turn, phase: phases.counted });
      const countsAt = performance.now() + rampMs;
      const endsAt = countsAt + countedMs;
      let all = 0;
      let sent = 0;
      let given = 0;
      let heardAt = performance.now();
      let isPumping = true;
      const end = (): void => {
        clearInterval(guard);
        done(sent);
      };
      const pump = (): void => {
        const now = performance.now();
        if (!isOpen || halted() || now >= endsAt) return end();
        const isCounted = now >= countsAt;
        for (let n = 0; n < batch && all - given < window; n += 1) {
          send(isCounted ? counted : ramp);
          all += 1;
          if (isCounted) sent += 1;
        }
        isPumping = all - given < window;
        if (isPumping) setImmediate(pump);
      };
      const goOn = (): void => {
        if (isPumping) return;
        isPumping = true;
        pump();
      };
      hear = (message) => {
        const count = readAcknowledgement(message, { tag, turn });
        if (count === null || count <= given) return;
        given = Math.min(count, all);
        heardAt = performance.now();
        goOn();
      };
      const guard = setInterval(() => {
        if (performance.now() - heardAt < stallMs) return;
        given = all;
        heardAt = performance.now();
        goOn();
      }, stallMs);
      pump();
    });

  return {
    async turn(turn, times): Promise<Sent | null> {
      let busy = watchBusy();
      const later = setTimeout(() => (busy = watchBusy()), times.rampMs);
      const sent = times.rampMs + times.countedMs > 0 ? await flood(turn, times) : 0;
      clearTimeout(later);
      const sender = busy();
      const report = halted() ? null : await reportOf(turn);
      return report && { sent, sender, report };
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      socket.close();
    },
  };
}
