/** Half-open TCP handshakes, as the kernel lists them. */
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { plainAddress } from './addresses.ts';
import type { SocketAddress } from '../../conversations/basics.ts';
import type { HalfOpenRecord } from '../../conversations/seen.ts';

const synRecv = '03';

/** The kernel prints each 32-bit word of an address in the byte order of the CPU. */
function parseEnd(text: string): SocketAddress {
  const [words = '', port = ''] = text.split(':');
  const bytes = Buffer.from(words, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  if (bytes.length === 4) return { address: [...bytes].join('.'), port: parseInt(port, 16) };
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  const mapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  const address = mapped
    ? [...bytes.subarray(12)].join('.')
    : new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  return { address: plainAddress(address), port: parseInt(port, 16) };
}

/** The half-open connections to these ports in the text of /proc/net/tcp or tcp6. */
export function parseHalfOpen(table: string, ports: Set<number>): HalfOpenRecord['connections'] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === synRecv)
    .map((fields) => ({ local: parseEnd(fields[1] ?? ''), peer: parseEnd(fields[2] ?? '') }))
    .filter((connection) => ports.has(connection.local.port));
}

/** The half-open connections of this network namespace to these ports. A table that can't be read counts as empty (no IPv6). */
export async function readHalfOpen(ports: Set<number>): Promise<HalfOpenRecord> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return { kind: 'half-open', connections: tables.flatMap((table) => parseHalfOpen(table, ports)) };
}
