/** An open loop: packets leave when they are due, without waiting for the previous answer. */
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { isEnd } from '../self/addresses.ts';
import { watchStalls } from '../io/loop-clock.ts';
import { isTag } from '../measuring/packet.ts';
import { seededRandom } from '../measuring/random.ts';
import { throttledMs } from '../self/throttle.ts';
import { openPaced, type PacedFlow } from './flow.ts';
import { scheduleOf } from './schedule.ts';
import type { OpenLoopRecord, OpenLoopRequest } from '../../conversations/open-loop.ts';

const flowLimit = 255;
const rateLimit = 5_000;
const longestMs = 120_000;
/** Sockets are open, and neighbours resolved, before the first packet is due. */
const headStartNs = 20_000_000n;
/** A late sender catches up in bursts of at most this many, and reads answers in between. */
const mostInOneGo = 16;
const pollMs = 10;

/** Carries out the request; `report` gets a record per flow at the end, or none when nobody waits any more. Rejects with a sentence when the request can't be carried out. */
export async function openLoop(
  request: OpenLoopRequest,
  report: (record: OpenLoopRecord) => Promise<void>,
  wanted: () => boolean,
): Promise<void> {
  const error = objection(request);
  if (error !== null) throw new Error(error);
  const { tag, leadIn, timeoutMs } = request;
  const packets = leadIn + request.packets;
  const opened = await Promise.allSettled(
    request.flows.map((to) => openPaced(to, { tag, packets, leadIn, timeoutMs })),
  );
  const flows = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stalls = watchStalls();
  const throttledBefore = throttledMs();
  try {
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    await sendAll(request, { flows, packets, wanted });
    await settle(flows, timeoutMs);
    const throttled = throttledMs();
    const about = {
      longestStallMs: stalls.take().longestMs,
      throttledMs: throttled === null || throttledBefore === null ? null : throttled - throttledBefore,
    };
    if (wanted()) for (const flow of flows) await report({ ...flow.record(), ...about });
  } finally {
    stalls.stop();
    for (const flow of flows) flow.close();
  }
}

async function sendAll(
  { intervalMs, turnPackets, seed }: OpenLoopRequest,
  { flows, packets, wanted }: { flows: PacedFlow[]; packets: number; wanted: () => boolean },
): Promise<void> {
  const random = seededRandom(seed);
  const startNs = process.hrtime.bigint() + headStartNs;
  let inOneGo = 0;
  for (const { flow, packet, atUs } of scheduleOf({ flows: flows.length, packets, intervalMs, turnPackets, random })) {
    const dueNs = startNs + BigInt(atUs) * 1000n;
    if (await sleepUntil(dueNs)) inOneGo = 0;
    else if ((inOneGo += 1) % mostInOneGo === 0) await breathe();
    if (!wanted()) return;
    flows[flow]!.send(packet, { atUs, dueNs });
  }
}

/** Never wakes early; up to a millisecond late, since timers count in those. False when it was due already. */
async function sleepUntil(dueNs: bigint): Promise<boolean> {
  let slept = false;
  for (;;) {
    const leftMs = Number(dueNs - process.hrtime.bigint()) / 1e6;
    if (leftMs <= 0) return slept;
    await sleep(Math.ceil(leftMs));
    slept = true;
  }
}

/** Resolves when every packet has its answer, or none can come in time any more. */
async function settle(flows: PacedFlow[], timeoutMs: number): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  while (performance.now() < endsAt && flows.some((flow) => flow.waiting() > 0)) await sleep(pollMs);
}

/** Why the request can't be carried out; null when it can. */
function objection({
  tag,
  flows,
  packets,
  leadIn,
  intervalMs,
  turnPackets,
  timeoutMs,
}: OpenLoopRequest): string | null {
  const counts = [packets, leadIn + 1, turnPackets];
  if (!isTag(tag)) return 'the tag is not 16 hexadecimal digits';
  if (!(flows.length > 0 && flows.length <= flowLimit)) return `not 1 to ${flowLimit} flows`;
  if (!flows.every(isEnd)) return 'not an IP address and a port';
  if (!counts.every((count) => Number.isInteger(count) && count > 0)) return 'not a number of packets';
  if (!(intervalMs > 0 && (1000 * flows.length) / intervalMs <= rateLimit)) return `more than ${rateLimit} packets/s`;
  if (!((packets + leadIn) * intervalMs <= longestMs)) return `longer than ${longestMs} ms`;
  if (!(timeoutMs > 0 && timeoutMs <= 2_000)) return 'not a timeout of at most 2 s';
  return null;
}
