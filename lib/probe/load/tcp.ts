/** One TCP connection at full speed. */
import { connect, isIPv6 } from 'node:net';
import { shareOf, watchBusy } from './busy.ts';
import { reportMs, type LoadFlow, type LoadOptions, type Sent } from './flow.ts';
import * as packets from './packet.ts';
import { Window } from './window.ts';
import type { SocketAddress } from '../../conversations/basics.ts';

/** Chunks in flight: 4 MiB at most, enough for 16 Gbit/s at a round trip of 2 ms, and little enough that nothing of a turn is left when the next one begins, or when the load is stopped; one at first, for links on which 4 MiB take longer than a turn. */
const chunks = { least: 1, most: 16 };
const connectMs = 1_000;

/** An established connection. Rejects when it can't be made within a second. */
export async function openLoadTcp(
  { address, port }: SocketAddress,
  { tag, spend, halted }: LoadOptions,
): Promise<LoadFlow> {
  const { promise: connected, resolve: stands, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: address, port, family: isIPv6(address) ? 6 : 4, noDelay: true });
  const late = setTimeout(() => socket.destroy(new Error('no connection')), connectMs);
  let hear: (message: Buffer | null) => void = () => {};
  let held: Buffer = Buffer.alloc(0);
  socket.once('connect', stands);
  socket.on('error', reject);
  socket.on('close', () => {
    clearTimeout(late);
    reject(new Error('closed before it was established'));
    hear(null);
  });
  socket.on('data', (arrived: Buffer) => {
    held = held.length === 0 ? arrived : Buffer.concat([held, arrived]);
    for (; held.length >= packets.answerBytes; held = held.subarray(packets.answerBytes))
      hear(held.subarray(0, packets.answerBytes));
  });
  await connected;
  clearTimeout(late);

  const reportOf = async (turn: number): Promise<packets.Report | null> => {
    const { promise, resolve } = Promise.withResolvers<packets.Report | null>();
    const timer = setTimeout(() => resolve(null), reportMs);
    hear = (message) => {
      // Earlier acknowledgements show a slow link with a healthy receiver.
      timer.refresh();
      const report = message && packets.readReport(message, { tag, turn });
      if (report || message === null) resolve(report);
    };
    if (socket.destroyed) resolve(null);
    else socket.write(packets.headed(packets.headBytes, { tag, turn, phase: packets.phases.end }));
    const report = await promise;
    clearTimeout(timer);
    return report;
  };

  const window = new Window(chunks);
  /** Resolves with the bytes that were written, one chunk at least, when time is up or nothing more may be sent. */
  const fill = (turn: number, phase: 0 | 1, ms: number): Promise<number> =>
    new Promise((resolve) => {
      const chunk = packets.headed(packets.chunkBytes, { tag, turn, phase });
      const endsAt = performance.now() + ms;
      let written = 0;
      const pump = (): void => {
        while (!socket.destroyed && !halted() && (written === 0 || performance.now() < endsAt)) {
          if (window.isFull) return;
          spend(chunk.length);
          window.send(performance.now());
          written += chunk.length;
          socket.write(chunk);
        }
        clearInterval(guard);
        hear = () => {};
        resolve(written);
      };
      hear = (message) => {
        const count = message && packets.readAcknowledgement(message, { tag, turn });
        if (count !== null) window.acknowledge(count, performance.now());
        pump();
      };
      // Whether or not anything arrives.
      const guard = setInterval(pump, 10);
      pump();
    });

  return {
    async turn(turn, { rampMs, countedMs }): Promise<Sent | null> {
      window.begin();
      if (rampMs > 0) await fill(turn, packets.phases.ramp, rampMs);
      const busy = watchBusy();
      const fullBefore = window.fullMs;
      const sent = countedMs > 0 ? await fill(turn, packets.phases.counted, countedMs) : 0;
      const sender = busy();
      const full = shareOf(window.fullMs - fullBefore, countedMs);
      const report = halted() ? null : await reportOf(turn);
      return report && { sent, full, sender, report };
    },
    close: () => void socket.resetAndDestroy(),
  };
}
