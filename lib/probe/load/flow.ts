/** What the two protocols have in common for whoever loads the network. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from './packet.ts';
import type { SocketAddress } from '../../conversations/basics.ts';
import type { Busy } from '../../conversations/load.ts';

export interface LoadOptions {
  tag: Buffer;
  /** Called before every write, with the bytes that it will send. */
  spend: (bytes: number) => void;
  /** True as soon as nothing more may be sent; asked before every write. */
  halted: () => boolean;
}

/** What both ends counted in one turn. */
export interface Sent {
  sent: number;
  /** See `LoadTurn`. */
  full: number;
  sender: Busy;
  report: Report;
}

/** A flow that stands: a turn after the other. */
export interface LoadFlow {
  /** Sends as fast as it can, first what is not counted, then what is; an empty turn asks for a report only. null when it was halted, or nothing came for a second where a report was due. Never rejects. */
  turn(number: number, times: { rampMs: number; countedMs: number }): Promise<Sent | null>;
  /** Drops what was not sent yet. */
  close(): void;
}

/** How long a report is waited for when nothing else comes. */
export const reportMs = 1_000;
const pauseMs = 100;

/**
 * Tries until a flow's empty turn is reported, with a fresh socket each time: a UDP flow that once missed its Service goes on
 * missing it. Rejects with a sentence when none was by the deadline.
 */
export async function openStanding(
  open: (target: SocketAddress, options: LoadOptions) => Promise<LoadFlow>,
  target: SocketAddress,
  options: LoadOptions & { deadlineMs: number },
): Promise<LoadFlow> {
  const giveUpAt = performance.now() + options.deadlineMs;
  let why: unknown = 'nothing came back';
  while (!options.halted()) {
    try {
      const flow = await open(target, options);
      if ((await flow.turn(0, { rampMs: 0, countedMs: 0 })) !== null) return flow;
      flow.close();
    } catch (error) {
      why = error;
    }
    if (performance.now() > giveUpAt) break;
    await sleep(pauseMs);
  }
  throw new Error(`no flow to ${target.address} port ${target.port}: ${String(why)}`);
}
