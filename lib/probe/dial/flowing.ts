/** Whether a connection still carries something: a slow link is no dead one. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import type { SocketAddress } from '../../conversations/basics.ts';
import type { DialRecord } from '../../conversations/dial.ts';
import { afterAwake } from '../io/loop-clock.ts';
import { addressBytes } from '../raw/address-bytes.ts';
import { plainAddress } from '../self/addresses.ts';

interface Limits {
  /** So long, where nothing moves any more. */
  timeoutMs: number;
  /** And so long as long as something does; left out: all the same. */
  flowingMs?: number | undefined;
}

/**
 * `state` differs as soon as something has moved: see `movedBy`. Calls `giveUp` when the time is over, and with `isFlowing` when all of it is. A connection that moves is looked at twice in each `timeoutMs`, and is
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

/** What a connection has moved; `unacknowledged` null: the kernel does not know it. */
export interface Moved {
  read: number;
  written: number;
  waiting: number;
  unacknowledged: number | null;
}

/** Another one as soon as something was received, or what was sent is acknowledged. */
export async function movedBy(socket: Socket): Promise<Moved> {
  const { bytesRead: read, bytesWritten: written, writableLength: waiting } = socket;
  const ends = endsOf(socket);
  return { read, written, waiting, unacknowledged: ends === null ? null : await readQueue(ends) };
}

/** Bytes that came through, where the kernel tells (else undefined), to a block of 64 KiB: of one that is on its way into the kernel nobody knows how much is there. */
export function streamedIn({ read, written, waiting, unacknowledged }: Moved): DialRecord['streamed'] {
  if (unacknowledged === null) return undefined;
  return { sent: Math.max(0, written - waiting - unacknowledged), received: read };
}

/** By the kernel's own state of a connection whose side here has said that it ends: which of the two ends is missing. */
export async function unclosedIn(socket: Socket): Promise<NonNullable<DialRecord['unclosed']>> {
  const ends = endsOf(socket);
  const row = ends === null ? null : rowOf(await readTables(), ends);
  // FIN_WAIT1 and FIN_WAIT2, as the kernel numbers them.
  if (row?.state === 4) return 'own end lost';
  return row?.state === 5 ? 'other end lost' : 'unknown';
}

interface Ends {
  local: SocketAddress;
  remote: SocketAddress;
}

/** null: it is not connected any more. */
function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): Ends | null {
  if (!localAddress || !localPort || !remoteAddress || !remotePort) return null;
  return {
    local: { address: plainAddress(localAddress), port: localPort },
    remote: { address: plainAddress(remoteAddress), port: remotePort },
  };
}

async function readQueue(ends: Ends): Promise<number | null> {
  return parseQueue(await readTables(), ends);
}

async function readTables(): Promise<string> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return tables.join('\n');
}

/** Bytes that the other end has not acknowledged, of the connection between these two, in the text of /proc/net/tcp or tcp6; null: it is not there. */
export function parseQueue(table: string, ends: Ends): number | null {
  return rowOf(table, ends)?.queued ?? null;
}

/** Where somebody translates when a socket connects (Cilium), the kernel knows another end than the socket: then the only connection from the same end counts. */
function rowOf(table: string, { local, remote }: Ends): { state: number; queued: number } | null {
  const rows = [...table.matchAll(/:\s+([0-9A-F]+:[0-9A-F]+)\s+([0-9A-F]+:[0-9A-F]+)\s+([0-9A-F]{2})\s+([0-9A-F]+):/g)];
  const locals = namesOf(local);
  const remotes = namesOf(remote);
  const fromHere = rows.filter(([, from = '']) => locals.includes(from));
  const exact = fromHere.find(([, , to = '']) => remotes.includes(to));
  const [, , , state, queued] = exact ?? (fromHere.length === 1 ? fromHere[0]! : []);
  return state === undefined || queued === undefined
    ? null
    : { state: parseInt(state, 16), queued: parseInt(queued, 16) };
}

const mappedBytes = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

/** As the kernel writes it, over IPv4 also by a socket of both families: 32 bits at a time, in the byte order of the machine, "0100007F:C350". */
function namesOf({ address, port }: SocketAddress): string[] {
  const bytes = addressBytes(address);
  const forms = bytes.length === 4 ? [bytes, Buffer.concat([mappedBytes, bytes])] : [bytes];
  return forms.map((form) => `${wordsOf(form)}:${hex(Buffer.from([port >> 8, port & 0xff]))}`);
}

function wordsOf(bytes: Buffer): string {
  return hex(endianness() === 'LE' ? Buffer.from(bytes).swap32() : bytes);
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}
