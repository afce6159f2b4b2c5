/** Small datagrams as fast as one process can send, no more in flight than the other end has room for. */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { shareOf, watchBusy } from './busy.ts';
import { reportMs, type LoadFlow, type LoadOptions, type Sent } from './flow.ts';
import { frameBytes, headBytes, headed, phases, readAcknowledgement, readReport, type Report } from './packet.ts';
import { Window } from './window.ts';
import type { SocketAddress } from '../../conversations/basics.ts';

/** A socket's usual 208 KiB hold about this many datagrams of any size up to a few hundred bytes: any loss then was not for want of room. */
const datagrams = { least: 256, most: 256 };
const batch = 32;
/** After this long without an acknowledgement, or two round trips where that is longer, everything in flight counts as lost and frees its place. */
const stallMs = 10;
const guardMs = 10;
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
  // Also ECONNREFUSED, for an earlier datagram: this one counts as lost.
  socket.on('error', reject);
  socket.on('message', (message: Buffer) => hear(message));
  socket.connect(port, address, () => resolve());
  await connected.catch((error: unknown) => {
    socket.close();
    throw error;
  });

  const bytes = frameBytes(address);
  const send = (packet: Buffer): void => {
    spend(bytes);
    socket.send(packet);
  };

  const window = new Window(datagrams);
  let roundTripMs = Infinity;
  const reportOf = async (turn: number): Promise<Report | null> => {
    const end = headed(headBytes, { tag, turn, phase: phases.end });
    const { promise, resolve: settle } = Promise.withResolvers<Report | null>();
    hear = (message) => {
      const report = readReport(message, { tag, turn });
      if (report) settle(report);
    };
    const ask = (): void => (isOpen && !halted() ? send(end) : settle(null));
    const askedAt = performance.now();
    const again = setInterval(ask, asksAgainMs);
    const late = setTimeout(() => settle(null), reportMs);
    ask();
    const report = await promise;
    clearInterval(again);
    clearTimeout(late);
    if (report) roundTripMs = Math.min(roundTripMs, performance.now() - askedAt);
    return report;
  };

  /** Resolves with how many were sent and counted, and with how long the window was full, when time is up or nothing more may be sent. */
  const flood = (
    turn: number,
    { rampMs, countedMs }: { rampMs: number; countedMs: number },
  ): Promise<Pick<Sent, 'sent' | 'full'>> =>
    new Promise((done) => {
      const ramp = headed(headBytes, { tag, turn, phase: phases.ramp });
      const counted = headed(headBytes, { tag, turn, phase: phases.counted });
      const countsAt = performance.now() + rampMs;
      const endsAt = countsAt + countedMs;
      const lostAfterMs = roundTripMs === Infinity ? stallMs : Math.max(stallMs, 2 * roundTripMs);
      let sent = 0;
      let fullBefore = 0;
      let heardAt = performance.now();
      let isPumping = true;
      const end = (): void => {
        clearInterval(guard);
        done({ sent, full: shareOf(window.fullMs - fullBefore, countedMs) });
      };
      const pump = (): void => {
        const now = performance.now();
        if (!isOpen || halted() || now >= endsAt) return end();
        const isCounted = now >= countsAt;
        if (sent === 0) fullBefore = window.fullMs;
        for (let n = 0; n < batch && !window.isFull; n += 1) {
          send(isCounted ? counted : ramp);
          window.send(now);
          if (isCounted) sent += 1;
        }
        isPumping = !window.isFull;
        if (isPumping) setImmediate(pump);
      };
      const goOn = (): void => {
        if (isPumping) return;
        isPumping = true;
        pump();
      };
      hear = (message) => {
        const count = readAcknowledgement(message, { tag, turn });
        const now = performance.now();
        if (count === null || !window.acknowledge(count, now)) return;
        heardAt = now;
        goOn();
      };
      const guard = setInterval(() => {
        const now = performance.now();
        if (now - heardAt >= lostAfterMs) {
          window.giveUp();
          heardAt = now;
        }
        goOn();
      }, guardMs);
      window.begin();
      pump();
    });

  return {
    async turn(turn, times): Promise<Sent | null> {
      let busy = watchBusy();
      const later = setTimeout(() => (busy = watchBusy()), times.rampMs);
      const flooded = times.rampMs + times.countedMs > 0 ? await flood(turn, times) : { sent: 0, full: 0 };
      clearTimeout(later);
      const sender = busy();
      const report = halted() ? null : await reportOf(turn);
      return report && { ...flooded, sender, report };
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      socket.close();
    },
  };
}
