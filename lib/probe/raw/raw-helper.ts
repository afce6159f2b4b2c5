/** The agent's side of the helper process. */
import { fork, type ChildProcess } from 'node:child_process';
import type { PathMtuRecord } from '../../conversations/self/path-mtu.ts';
import type { RoutesRecord } from '../../conversations/self/routes.ts';
import type { RawProtocol, RawRecord } from '../../conversations/raw.ts';

type Order =
  | { kind: 'listen'; forMs: number }
  | { kind: 'try'; address: string; protocol: RawProtocol; timeoutMs: number }
  | { kind: 'path-mtu'; address: string }
  | { kind: 'routes'; addresses: string[] };

type HelperRecord = RawRecord | PathMtuRecord | RoutesRecord;

/** Messages from the agent to the helper. */
export type HelperOrder = Order & { order: number };

/** Messages from the helper to the agent: a record of a try, and that an order is carried out. */
export type HelperReport =
  | { order: number; record: HelperRecord }
  | { order: number; done: true; error: string | null };

interface Pending {
  resolve(record: HelperRecord | null): void;
  reject(error: Error): void;
  record: HelperRecord | null;
}

/** Has the helper carry out one order. Rejects when the helper fails. */
export type RawHelper = (order: Order) => Promise<HelperRecord | null>;

/** The helper process starts with the first order, and again after it was lost. */
export function rawHelper(): RawHelper {
  const pending = new Map<number, Pending>();
  let helper: ChildProcess | undefined;
  let orders = 0;

  function hear(report: HelperReport): void {
    const waiting = pending.get(report.order);
    if (!waiting) return;
    if ('record' in report) {
      waiting.record = report.record;
      return;
    }
    pending.delete(report.order);
    if (report.error === null) waiting.resolve(waiting.record);
    else waiting.reject(new Error(report.error));
  }

  function lost(why: string): void {
    helper = undefined;
    for (const waiting of pending.values()) waiting.reject(new Error(`the raw helper ${why}`));
    pending.clear();
  }

  function start(): ChildProcess {
    const child = fork(new URL('./helper.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    child.on('message', hear);
    child.on('error', (error) => lost(`could not be started: ${error.message}`));
    child.on('exit', (code, signal) => lost(`ended (${signal ?? code})`));
    return child;
  }

  return (order) => {
    helper ??= start();
    orders += 1;
    const number = orders;
    const { promise, resolve, reject } = Promise.withResolvers<HelperRecord | null>();
    pending.set(number, { resolve, reject, record: null });
    helper.send({ ...order, order: number });
    return promise;
  };
}
