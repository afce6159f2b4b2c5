/** Datagrams that arrived when a socket of this probe had no room: the kernel counts them per socket. */
import { readFile } from 'node:fs/promises';

/** The sum of the last column (drops) over the sockets on these ports, in the text of /proc/net/udp or udp6. */
export function parseDrops(table: string, ports: Set<number>): number {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '']) => ports.has(parseInt(local.split(':')[1] ?? '', 16)))
    .reduce((sum, fields) => sum + Number(fields.at(-1) ?? 0), 0);
}

/** Of this network namespace, since the sockets were opened. A table that can't be read counts as empty (no IPv6). */
export async function droppedDatagrams(ports: Set<number>): Promise<number> {
  const tables = await Promise.all(
    ['/proc/net/udp', '/proc/net/udp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return tables.reduce((sum, table) => sum + parseDrops(table, ports), 0);
}
