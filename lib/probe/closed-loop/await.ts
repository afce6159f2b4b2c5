/** Does the echo answer by every path yet? */
import { setTimeout as sleep } from 'node:timers/promises';
import { lost } from './flow.ts';
import { openTcp } from './tcp.ts';
import { openUdp } from './udp.ts';
import type { AwaitEchoRequest, EchoRecord } from '../../conversations/echo.ts';

/** Quick at first; where nodes are far apart, and where a Service takes long to be known, there is time for more. */
const attemptMs = { first: 500, later: 2_000 };
const firstAttempts = 4;
const pauseMs = 50;

/** Tries all targets side by side until each has echoed once or the deadline has passed; `report` gets a record as each ends. Uses a fresh socket each time: a UDP flow that once missed its Service keeps missing it. */
export async function awaitEchoes(
  { targets, tag, deadlineMs }: Pick<AwaitEchoRequest, 'targets' | 'tag' | 'deadlineMs'>,
  report: (record: EchoRecord) => Promise<void>,
): Promise<void> {
  const started = performance.now();
  const passed = (): number => performance.now() - started;
  const numbers = { last: 0 };
  await Promise.all(
    targets.map(async (target) => {
      const open = target.protocol === 'TCP' ? openTcp : openUdp;
      const record: EchoRecord = { kind: 'echo', ...target, afterMs: null, attempts: 0 };
      while (record.afterMs === null && passed() < deadlineMs) {
        record.attempts += 1;
        const timeoutMs = record.attempts > firstAttempts ? attemptMs.later : attemptMs.first;
        const flow = await open(target, { tag, timeoutMs, numbers }).catch(() => null);
        if (flow !== null && (await flow.exchange()) !== lost) record.afterMs = Math.round(passed() * 10) / 10;
        flow?.close();
        if (record.afterMs === null) await sleep(pauseMs);
      }
      await report(record);
    }),
  );
}
