/** What the two protocols have in common for loading the network. */
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

/** An established flow: one turn after the other. */
export interface LoadFlow {
  /** Sends as fast as it can, first the uncounted part, then the counted one; an empty turn only asks for a report. null when it was halted, or nothing came for a second where a report was due. Never rejects. */
  turn(number: number, times: { rampMs: number; countedMs: number }): Promise<Sent | null>;
  /** Drops what was not sent yet. */
  close(): void;
}

/** How long to wait for a report when nothing else comes. */
export const reportMs = 1_000;
const pauseMs = 100;

/**
 * Tries until a flow's empty turn is reported, with a fresh socket each time: a UDP flow that once missed its Service keeps
 * missing it. Rejects with a sentence when none was reported by the deadline.
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
