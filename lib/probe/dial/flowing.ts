/** Whether a connection still carries something: a slow link is no dead one. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { afterAwake } from '../io/loop-clock.ts';

interface Limits {
  /** So long, where nothing moves any more. */
  timeoutMs: number;
  /** And so long as long as something does; left out: all the same. */
  flowingMs?: number | undefined;
}

/**
 * `state` differs as soon as something has moved: see `stateOf`. Calls `giveUp` when the time is over, and with `isFlowing` when all of it is. A connection that moves is looked at twice in each `timeoutMs`, and is
 * given up when nothing has moved from one look to the next. Returns a function that cancels it.
 */
export function whileFlowing(
  state: () => Promise<string>,
  { timeoutMs, flowingMs = timeoutMs }: Limits,
  giveUp: (how: { isFlowing: boolean }) => void,
): () => void {
  if (flowingMs <= timeoutMs) return afterAwake(timeoutMs, () => giveUp({ isFlowing: false }));
  const everyMs = timeoutMs / 2;
  let isCancelled = false;
  let before: string | null = null;
  let passedMs = 0;
  let cancel = (): void => {};
  const wait = (): void => {
    cancel = afterAwake(everyMs, () => void look());
  };
  const look = async (): Promise<void> => {
    passedMs += everyMs;
    const now = await state();
    if (isCancelled) return;
    const isFlowing = now !== before;
    if (before !== null && (!isFlowing || passedMs >= flowingMs)) return giveUp({ isFlowing });
    before = now;
    wait();
  };
  wait();
  return () => {
    isCancelled = true;
    cancel();
  };
}

/** Different as soon as something was received, or what was sent is acknowledged. */
export async function stateOf(socket: Socket): Promise<string> {
  const { localPort, remotePort, bytesRead, bytesWritten, writableLength } = socket;
  const unacknowledged = localPort && remotePort ? await readQueue({ localPort, remotePort }) : null;
  return [bytesRead, bytesWritten, writableLength, unacknowledged].join(' ');
}

interface Ports {
  localPort: number;
  remotePort: number;
}

async function readQueue(ports: Ports): Promise<number | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return parseQueue(tables.join('\n'), ports);
}

/** Bytes that the other end has not acknowledged, of the connection between these ports, in the text of /proc/net/tcp or tcp6; null: it is not there. */
export function parseQueue(table: string, { localPort, remotePort }: Ports): number | null {
  const [local, remote] = [localPort, remotePort].map((port) => port.toString(16).toUpperCase().padStart(4, '0'));
  const [, queued] =
    new RegExp(String.raw`:\s[0-9A-F]+:${local}\s+[0-9A-F]+:${remote}\s+[0-9A-F]{2}\s+([0-9A-F]+):`).exec(table) ?? [];
  return queued === undefined ? null : parseInt(queued, 16);
}
