/** One TCP connection as full as it gets. */
import { connect, isIPv6 } from 'node:net';
import { watchBusy } from './load-busy.ts';
import { reportMs, type LoadFlow, type LoadOptions, type Sent } from './load-flow.ts';
import * as packets from './load-packet.ts';
import type { SocketAddress } from './wire.ts';

/** Chunks on the way at most, 4 MiB: enough for 16 Gbit/s at a round trip of 2 ms, and little enough that nothing of a turn is left when the next one begins, or when the load is stopped. */
const window = 16;
const connectMs = 1_000;

/** A connection that stands. Rejects when it can't be made within a second. */
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
    reject(new Error('closed before it stood'));
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
    hear = (message) => {
      const report = message && packets.readReport(message, { tag, turn });
      if (report || message === null) resolve(report);
    };
    const timer = setTimeout(() => resolve(null), reportMs);
    if (socket.destroyed) resolve(null);
    else socket.write(packets.headed(packets.headBytes, { tag, turn, phase: packets.phases.end }));
    const report = await promise;
    clearTimeout(timer);
    return report;
  };

  let all = 0;
  let given = 0;
  /** Resolves with the bytes that were written, when the time is over or nothing more may be sent. */
  const fill = (turn: number, phase: 0 | 1, ms: number): Promise<number> =>
    new Promise((resolve) => {
      const chunk = packets.headed(packets.chunkBytes, { tag, turn, phase });
      const endsAt = performance.now() + ms;
      let written = 0;
      const pump = (): void => {
        while (!socket.destroyed && !halted() && performance.now() < endsAt) {
          if (all - given >= window) return;
          spend(chunk.length);
          all += 1;
          written += chunk.length;
          socket.write(chunk);
        }
        clearInterval(guard);
        hear = () => {};
        resolve(written);
      };
      hear = (message) => {
        given = (message && packets.readAcknowledgement(message, { tag, turn })) ?? given;
        pump();
      };
      // Whether or not anything is heard.
      const guard = setInterval(pump, 10);
      pump();
    });

  return {
    async turn(turn, { rampMs, countedMs }): Promise<Sent | null> {
      all = 0;
      given = 0;
      if (rampMs > 0) await fill(turn, packets.phases.ramp, rampMs);
      const busy = watchBusy();
      const sent = countedMs > 0 ? await fill(turn, packets.phases.counted, countedMs) : 0;
      const sender = busy();
      const report = halted() ? null : await reportOf(turn);
      return report && { sent, sender, report };
    },
    close: () => void socket.resetAndDestroy(),
  };
}
