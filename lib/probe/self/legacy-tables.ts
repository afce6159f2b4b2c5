/** Which back end iptables writes to: the kernel lists the tables of the legacy one, and has none of them where only nft's is used. */
import { readFileSync } from 'node:fs';

const lists = ['/proc/net/ip_tables_names', '/proc/net/ip6_tables_names'];

/** Names of the legacy tables of this network namespace; empty where the kernel has no such back end. null: they can't be read. */
export function legacyTables(read: (path: string) => string = (path) => readFileSync(path, 'utf8')): string[] | null {
  try {
    const names = lists.flatMap((path) => textOf(path, read).split('\n').filter(Boolean));
    return [...new Set(names)].toSorted();
  } catch {
    return null;
  }
}

function textOf(path: string, read: (path: string) => string): string {
  try {
    return read(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
