/** Protocols that nobody promised, tried in a helper process that starts on first use and stays. */
import { fork, type ChildProcess } from 'node:child_process';
import { noRawSockets } from '../self/capabilities.ts';
import { isBuiltin } from 'node:module';
import { isIP } from 'node:net';
import type { PathMtuRecord } from '../../conversations/self/path-mtu.ts';
import type { RawProtocol, RawRecord, RawRequest } from '../../conversations/raw.ts';

type Order =
  | { kind: 'listen'; forMs: number }
  | { kind: 'try'; address: string; protocol: RawProtocol; timeoutMs: number }
  | { kind: 'path-mtu'; address: string };

type HelperRecord = RawRecord | PathMtuRecord;

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

let helper: ChildProcess | undefined;
let orders = 0;
const pending = new Map<number, Pending>();

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

function command(order: Order): Promise<HelperRecord | null> {
  helper ??= start();
  orders += 1;
  const number = orders;
  const { promise, resolve, reject } = Promise.withResolvers<HelperRecord | null>();
  pending.set(number, { resolve, reject, record: null });
  helper.send({ ...order, order: number });
  return promise;
}

/** One record per protocol and target; those that can't be tried are `not checked`, with the reason. Never rejects. */
export async function tryRaw(request: RawRequest, report: (record: RawRecord) => Promise<void>): Promise<void> {
  const reason = noRawSockets();
  const tries = request.targets.flatMap(({ address, protocols }) =>
    protocols.map(async (protocol) => {
      const unchecked = (why: string): RawRecord => ({
        kind: 'raw',
        address,
        protocol,
        result: 'not checked',
        reason: why,
      });
      if (reason !== null) return report(unchecked(reason));
      const { timeoutMs } = request;
      const record = await command({ kind: 'try', address, protocol, timeoutMs }).catch((error: Error) =>
        unchecked(error.message),
      );
      return report(record?.kind === 'raw' ? record : unchecked('the raw helper said nothing'));
    }),
  );
  await Promise.all(tries);
}

/** Resolves once IP protocol 253 is answered, for `forMs` from then. Without CAP_NET_RAW nothing happens. Rejects when the helper fails. */
export async function listenRaw(forMs: number): Promise<void> {
  if (noRawSockets() === null) await command({ kind: 'listen', forMs });
}

/** One record for each address; null where there is no node:ffi, or no route. Needs no capability. Never rejects. */
export async function readPathMtus(
  addresses: string[],
  report: (record: PathMtuRecord) => Promise<void>,
): Promise<void> {
  const isAble = isBuiltin('node:ffi');
  await Promise.all(
    addresses.map(async (address) => {
      const isAsked = isAble && isIP(address) !== 0;
      const record = isAsked ? await command({ kind: 'path-mtu', address }).catch(() => null) : null;
      await report(record?.kind === 'path-mtu' ? record : { kind: 'path-mtu', address, mtu: null });
    }),
  );
}
