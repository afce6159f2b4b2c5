/** What a probe knows about itself. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { ownAddresses } from './addresses.ts';
import { noRawSockets } from './capabilities.ts';
import { legacyTables } from './legacy-tables.ts';
import type { Settings } from '../control/environment.ts';
import type { HelloRecord } from '../../conversations/hello.ts';

function mtuOf(interfaceName: string): number | null {
  try {
    return Number(readFileSync(`/sys/class/net/${interfaceName}/mtu`, 'utf8'));
  } catch {
    return null;
  }
}

/** Reads the interfaces each time. */
export function hello(settings: Settings, port: number): HelloRecord {
  return {
    kind: 'hello',
    identity: settings.identity,
    port,
    interfaces: ownAddresses().map((own) => ({ ...own, mtu: mtuOf(own.name) })),
    declaredIPs: settings.podIPs,
    nodeVersion: process.version,
    kernel: release(),
    arch: process.arch,
    legacyTables: legacyTables(),
    noRawSockets: noRawSockets(),
  };
}
